using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AspireChat.Client.Identity;

/// <summary>
/// A public key to which letters for a user are sealed, and the signature by which the user's identity key vouches for it. The
/// two keys are apart because a key that signs should not also decrypt (NIST SP 800-57 part 1, section 5.2).
/// </summary>
/// <param name="PublicKey">DER SubjectPublicKeyInfo of a P-256 key.</param>
/// <param name="Signature">By the identity key; see <see cref="ToSign"/>.</param>
public sealed record SealingKey(byte[] PublicKey, byte[] Signature)
{
    // A P-256 SubjectPublicKeyInfo has 91 bytes, a signature 64.
    private const int MaxPublicKey = 128;

    /// <summary>The bytes that the identity key signs.</summary>
    public static byte[] ToSign(ReadOnlySpan<byte> publicKey) => [.. "aspirechat.v1.SealingKey\n"u8, .. publicKey];

    /// <summary>Whether it is a P-256 key that the holder of an identity key vouches for.</summary>
    /// <param name="identity">The identity's DER SubjectPublicKeyInfo.</param>
    public bool IsVouchedForBy(ReadOnlySpan<byte> identity)
    {
        if (PublicKey.Length > MaxPublicKey || !TryImport(out var key))
        {
            return false;
        }

        key.Dispose();
        return P256.Verify(identity, ToSign(PublicKey), Signature);
    }

    /// <summary>Seals a text to this key.</summary>
    /// <param name="info">What it is for; it opens only with the same.</param>
    /// <param name="text">The text.</param>
    /// <exception cref="CryptographicException">It is not a P-256 key; see <see cref="IsVouchedForBy"/>.</exception>
    internal (byte[] Enc, byte[] Sealed) Seal(ReadOnlySpan<byte> info, ReadOnlySpan<byte> text)
    {
        if (!TryImport(out var key))
        {
            throw new CryptographicException("The sealing key is not a P-256 key.");
        }

        using (key)
        {
            return Hpke.Suite.Seal(key.PublicKey, info, text);
        }
    }

    private bool TryImport([NotNullWhen(true)] out ECDiffieHellman? key)
    {
        key = ECDiffieHellman.Create();
        try
        {
            key.ImportSubjectPublicKeyInfo(PublicKey, out var read);
            if (read == PublicKey.Length && P256.Has(key))
            {
                return true;
            }
        }
        catch (Exception e) when (e is CryptographicException or PlatformNotSupportedException)
        {
            // .NET throws the second for a curve that it does not know.
        }

        key.Dispose();
        key = null;
        return false;
    }
}
