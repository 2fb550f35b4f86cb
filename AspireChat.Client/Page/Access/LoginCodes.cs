using System.Buffers.Text;
using System.Security.Cryptography;

namespace AspireChat.Client.Page.Access;

/// <summary>
/// The codes that open the page: whoever shows one is this user. A code works once and for <see cref="Lifetime"/>, since a
/// link can be seen by others later, for example in a browser's history.
/// </summary>
internal sealed class LoginCodes(TimeProvider time)
{
    /// <summary>How long a code works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Links of several programs, and some that nobody opened.
    private const int MaxCodes = 16;
    private const int Bytes = 32;

    private readonly Lock _change = new();
    private readonly List<Code> _codes = [];

    /// <summary>Makes a code; with more than a few unused ones the oldest ends.</summary>
    public LoginCode Make()
    {
        var value = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        var code = new Code(SHA256.HashData(Base64Url.DecodeFromChars(value)), time.GetUtcNow() + Lifetime);
        lock (_change)
        {
            DropOld();
            if (_codes.Count == MaxCodes)
            {
                End(_codes[0]);
            }

            _codes.Add(code);
        }

        return new LoginCode(value, code.Ends);
    }

    /// <summary>Uses a code up.</summary>
    /// <returns>False if there is no such code, or no longer.</returns>
    public bool TryUse(string? value)
    {
        lock (_change)
        {
            if (Find(value) is not { } found)
            {
                return false;
            }

            End(found);
            return true;
        }
    }

    /// <summary>Completes when a code has been used or has made room for newer ones; at once if there is no such code.</summary>
    public Task WhenOver(string? value)
    {
        lock (_change)
        {
            return Find(value)?.Over.Task ?? Task.CompletedTask;
        }
    }

    private Code? Find(string? value)
    {
        DropOld();
        if (value is not { Length: > 0 and <= 64 } || !Base64Url.IsValid(value))
        {
            return null;
        }

        var digest = SHA256.HashData(Base64Url.DecodeFromChars(value));
        return _codes.Find(code => CryptographicOperations.FixedTimeEquals(code.Digest, digest));
    }

    private void DropOld()
    {
        foreach (var old in _codes.Where(code => code.Ends <= time.GetUtcNow()).ToList())
        {
            End(old);
        }
    }

    private void End(Code code)
    {
        _codes.Remove(code);
        code.Over.TrySetResult();
    }

    // Only digests are kept: a copy of this process's memory opens nothing.
    private sealed record Code(byte[] Digest, DateTimeOffset Ends)
    {
        public TaskCompletionSource Over { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
