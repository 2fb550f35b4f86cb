using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Api;

/// <summary>The bearer token of the local API: the configured one, or a random one made at start.</summary>
public sealed class ApiToken
{
    private const string Scheme = "Bearer ";
    private const int RandomBytes = 32;

    private readonly byte[] _digest;

    /// <summary>Uses the configured token, or makes one.</summary>
    public ApiToken(IOptions<ApiOptions> options)
    {
        IsGenerated = options.Value.ApiToken is "";
        Value = IsGenerated ? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)) : options.Value.ApiToken;
        _digest = Digest(Value);
    }

    /// <summary>The token.</summary>
    public string Value { get; }

    /// <summary>Whether the token was made here, so that the user must be shown it.</summary>
    public bool IsGenerated { get; }

    /// <summary>Whether an Authorization header carries this token; the check takes equally long for every wrong token.</summary>
    public bool IsIn(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(authorization.AsSpan(Scheme.Length).Trim()), _digest);

    // All digests have the same length, so the time of a comparison does not reveal even the token's length.
    private static byte[] Digest(ReadOnlySpan<char> token)
    {
        var bytes = new byte[Encoding.UTF8.GetByteCount(token)];
        Encoding.UTF8.GetBytes(token, bytes);
        return SHA256.HashData(bytes);
    }
}
