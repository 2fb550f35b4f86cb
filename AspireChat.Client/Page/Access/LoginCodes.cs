using System.Buffers.Text;
using System.Security.Cryptography;

namespace AspireChat.Client.Page.Access;

/// <summary>
/// The codes that open the page: a browser that has one is taken to be this user's. A code works once and for <see cref="Lifetime"/>, since a
/// link can be seen by others later, for example in a browser's history.
/// </summary>
internal sealed class LoginCodes(LoginHandout handout, TimeProvider time)
{
    /// <summary>How long a code works.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    // Links of several programs, and some that nobody opened.
    private const int MaxCodes = 16;
    private const int Bytes = 32;

    private readonly Lock _change = new();
    private readonly List<Code> _codes = [];

    /// <summary>Draws a code.</summary>
    /// <returns>The code, in characters that need no escaping in an address, and its digest.</returns>
    public static (string Value, byte[] Digest) Draw()
    {
        var bytes = RandomNumberGenerator.GetBytes(Bytes);
        return (Base64Url.EncodeToString(bytes), SHA256.HashData(bytes));
    }

    /// <summary>The link that opens a page. The code is in its fragment, which a browser keeps to itself.</summary>
    public static string Link(Uri page, string code) => $"{page.GetLeftPart(UriPartial.Authority)}{LoginEndpoints.Path}#code={code}";

    /// <summary>Makes a code; with more than a few unused ones the oldest ends.</summary>
    public LoginCode Make()
    {
        var (value, digest) = Draw();
        var code = new Code(digest, time.GetUtcNow() + Lifetime);
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
            DropOld();
            if (DigestOf(value) is not { } digest)
            {
                return false;
            }

            if (Find(digest) is { } found)
            {
                End(found);
                return true;
            }

            return handout.TryUse(digest);
        }
    }

    /// <summary>Completes when a code has been used or has made room for newer ones; at once if there is no such code.</summary>
    public Task WhenOver(string? value)
    {
        lock (_change)
        {
            DropOld();
            return (DigestOf(value) is { } digest ? Find(digest) : null)?.Over.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>
    /// How long a program that shows this code in a link may go on: half of the code's life, so that nobody clicks a link that
    /// ends. The time runs from the moment when the code was made; asking for it again does not prolong it.
    /// </summary>
    public TimeSpan FreshFor(string? value)
    {
        lock (_change)
        {
            var left = (DigestOf(value) is { } digest ? Find(digest) : null)?.Ends - (Lifetime / 2) - time.GetUtcNow();
            return left > TimeSpan.Zero ? left.Value : TimeSpan.Zero;
        }
    }

    private static byte[]? DigestOf(string? value) =>
        value is { Length: > 0 and <= 64 } && Base64Url.IsValid(value) ? SHA256.HashData(Base64Url.DecodeFromChars(value)) : null;

    private Code? Find(byte[] digest) => _codes.Find(code => CryptographicOperations.FixedTimeEquals(code.Digest, digest));

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
