using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace AspireChat.Client.Identity;

/// <summary>The only curve for identities and sealing: NIST P-256 (FIPS 186-5), also called secp256r1 and prime256v1.</summary>
internal static class P256
{
    private const string Oid = "1.2.840.10045.3.1.7";

    // Importing a key costs about as much as a verification, and the same senders sign again and again.
    private const int MostImported = 256;

    // Each is taken out while it is used: ECDsa is not documented as safe for concurrent use.
    private static readonly ConcurrentDictionary<string, ECDsa> Imported = new(StringComparer.Ordinal);

    /// <summary>Whether a key is on this curve.</summary>
    /// <exception cref="CryptographicException">The key's parameters cannot be read.</exception>
    public static bool Has(ECAlgorithm key) => key.ExportParameters(includePrivateParameters: false).Curve.Oid?.Value == Oid;

    /// <summary>Whether a signature (SHA-256, IEEE P1363) of some bytes is by the holder of a public key on this curve.</summary>
    /// <param name="publicKey">DER SubjectPublicKeyInfo.</param>
    /// <param name="signed">The bytes.</param>
    /// <param name="signature">The signature.</param>
    public static bool Verify(ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signed, ReadOnlySpan<byte> signature)
    {
        var name = Convert.ToBase64String(publicKey);
        if (!Imported.TryRemove(name, out var key))
        {
            key = ECDsa.Create();
            if (!TryImport(key, publicKey))
            {
                key.Dispose();
                return false;
            }
        }

        try
        {
            return key.VerifyData(signed, signature, HashAlgorithmName.SHA256);
        }
        catch (CryptographicException)
        {
            return false;
        }
        finally
        {
            Keep(name, key);
        }
    }

    private static bool TryImport(ECDsa key, ReadOnlySpan<byte> publicKey)
    {
        try
        {
            key.ImportSubjectPublicKeyInfo(publicKey, out var read);
            return read == publicKey.Length && Has(key);
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // .NET throws PlatformNotSupportedException for an unknown curve.
            return false;
        }
    }

    private static void Keep(string name, ECDsa key)
    {
        if (Imported.Count >= MostImported)
        {
            // Rare: a client meets fewer senders at a time, and it costs no more than before.
            Imported.Clear();
        }

        if (!Imported.TryAdd(name, key))
        {
            key.Dispose();
        }
    }
}
