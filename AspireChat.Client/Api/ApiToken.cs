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

    /// <summary>Takes the configured token, or makes one.</summary>
    public ApiToken(IOptions<ApiOptions> options)
    {
        IsGenerated = options.Value.ApiToken is "";
        Value = IsGenerated ? Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)) : options.Value.ApiToken;
        _digest = Digest(Value);
    }

    /// <summary>The token.</summary>
    public string Value { get; }

    /// <summary>Whether it was made here, so that nobody knows it unless it is shown.</summary>
    public bool IsGenerated { get; }

    /// <summary>Whether an Authorization header carries this token; takes as long for any wrong one.</summary>
    public bool IsIn(string? authorization) =>
        authorization is not null
        && authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
        && CryptographicOperations.FixedTimeEquals(Digest(authorization[Scheme.Length..].Trim()), _digest);

    // Digests have one length, so not even the token's length shows in the time that a comparison takes.
    private static byte[] Digest(string token) => SHA256.HashData(Encoding.UTF8.GetBytes(token));
}
