using System.Security.Cryptography;

namespace AspireChat.Client.Identity;

/// <summary>The only curve for identities: NIST P-256 (FIPS 186-5), also called secp256r1 and prime256v1.</summary>
internal static class P256
{
    private const string Oid = "1.2.840.10045.3.1.7";

    /// <summary>Whether a key is on this curve.</summary>
    /// <exception cref="CryptographicException">The key's parameters cannot be read.</exception>
    public static bool Has(ECDsa key) => key.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value == Oid;
}
