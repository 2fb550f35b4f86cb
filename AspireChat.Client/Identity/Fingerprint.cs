using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace AspireChat.Client.Identity;

/// <summary>
/// The short form of a public key that people can compare and directories can store: the lower-case hex SHA-256 of its
/// DER SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7), 64 digits.
/// </summary>
public static class Fingerprint
{
    /// <summary>How many of its digits are part of queue names.</summary>
    public const int PrefixLength = 16;

    /// <summary>The fingerprint of a DER SubjectPublicKeyInfo.</summary>
    public static string Of(ReadOnlySpan<byte> publicKey) => Convert.ToHexStringLower(SHA256.HashData(publicKey));

    /// <summary>The fingerprint of a certificate's key.</summary>
    public static string Of(X509Certificate2 certificate) => Of(certificate.PublicKey.ExportSubjectPublicKeyInfo());

    /// <summary>The first digits, as in queue names: a reused user name never inherits another key's queues.</summary>
    public static string Prefix(string fingerprint) => fingerprint[..PrefixLength];
}
