using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AspireChat.Client.Identity;

/// <summary>
/// Hybrid public key encryption (RFC 9180): base mode, one message per encapsulation, with DHKEM(P-256, HKDF-SHA256),
/// HKDF-SHA256 and AES-GCM. Only the holder of the receiver's private key can open what was sealed to it; who sealed it is
/// not proven.
/// </summary>
internal sealed class Hpke
{
    /// <summary>The size of an encapsulated key: an uncompressed point (SEC 1, section 2.3.3).</summary>
    public const int EncSize = 65;

    /// <summary>How much longer a sealed text is than the text: the tag of AES-GCM.</summary>
    public const int TagSize = 16;

    /// <summary>The suite of this program: AES-256-GCM.</summary>
    public static Hpke Suite { get; } = new(aead: 2, keySize: 32);

    private const int SecretSize = 32;
    private const int NonceSize = 12;
    private const ushort Kem = 0x0010;
    private const ushort Kdf = 0x0001;
    private static readonly byte[] KemSuite = [.. "KEM"u8, .. Number(Kem)];

    private readonly byte[] _suite;
    private readonly int _keySize;

    private Hpke(ushort aead, int keySize)
    {
        _suite = [.. "HPKE"u8, .. Number(Kem), .. Number(Kdf), .. Number(aead)];
        _keySize = keySize;
    }

    // The RFC has no test vectors of this KEM and KDF with AES-256-GCM.
    internal static Hpke Aes128 { get; } = new(aead: 1, keySize: 16);

    /// <summary>Seals a text to a key (SealBase, RFC 9180, section 6.1).</summary>
    /// <param name="receiver">The receiver's public key.</param>
    /// <param name="info">What the text is for; it opens only with the same.</param>
    /// <param name="text">The text.</param>
    /// <returns>The encapsulated key, and the sealed text.</returns>
    public (byte[] Enc, byte[] Sealed) Seal(ECDiffieHellmanPublicKey receiver, ReadOnlySpan<byte> info, ReadOnlySpan<byte> text)
    {
        using var ephemeral = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        return Seal(receiver, info, aad: default, text, ephemeral);
    }

    /// <summary>Opens a sealed text (OpenBase, RFC 9180, section 6.1).</summary>
    /// <returns>False if it was sealed to another key or for something else, or was changed.</returns>
    public bool TryOpen(
        ECDiffieHellman receiver, ReadOnlySpan<byte> info, ReadOnlySpan<byte> enc, ReadOnlySpan<byte> sealedText, [NotNullWhen(true)] out byte[]? text) =>
        TryOpen(receiver, info, aad: default, enc, sealedText, out text);

    internal (byte[] Enc, byte[] Sealed) Seal(
        ECDiffieHellmanPublicKey receiver, ReadOnlySpan<byte> info, ReadOnlySpan<byte> aad, ReadOnlySpan<byte> text, ECDiffieHellman ephemeral)
    {
        var enc = Point(ephemeral.PublicKey);
        using var aes = Schedule(ephemeral.DeriveRawSecretAgreement(receiver), [.. enc, .. Point(receiver)], info, out var nonce);
        var whole = new byte[text.Length + TagSize];
        aes.Encrypt(nonce, text, whole.AsSpan(0, text.Length), whole.AsSpan(text.Length), aad);
        return (enc, whole);
    }

    internal bool TryOpen(
        ECDiffieHellman receiver,
        ReadOnlySpan<byte> info,
        ReadOnlySpan<byte> aad,
        ReadOnlySpan<byte> enc,
        ReadOnlySpan<byte> sealedText,
        [NotNullWhen(true)] out byte[]? text)
    {
        text = null;
        if (enc.Length != EncSize || enc[0] != 4 || sealedText.Length < TagSize)
        {
            return false;
        }

        try
        {
            // The import refuses a point that is not on the curve.
            using var ephemeral = ECDiffieHellman.Create(new ECParameters
            {
                Curve = ECCurve.NamedCurves.nistP256,
                Q = new ECPoint { X = enc[1..33].ToArray(), Y = enc[33..].ToArray() },
            });
            using var aes = Schedule(
                receiver.DeriveRawSecretAgreement(ephemeral.PublicKey), [.. enc, .. Point(receiver.PublicKey)], info, out var nonce);
            var opened = new byte[sealedText.Length - TagSize];
            aes.Decrypt(nonce, sealedText[..^TagSize], sealedText[^TagSize..], opened, aad);
            text = opened;
            return true;
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    // ExtractAndExpand (section 4.1) and KeySchedule of the base mode (section 5.1).
    private AesGcm Schedule(byte[] agreed, byte[] kemContext, ReadOnlySpan<byte> info, out byte[] nonce)
    {
        var shared = Expand(KemSuite, Extract(KemSuite, [], "eae_prk"u8, agreed), "shared_secret"u8, kemContext, SecretSize);
        byte[] context = [0, .. Extract(_suite, [], "psk_id_hash"u8, []), .. Extract(_suite, [], "info_hash"u8, info)];
        var secret = Extract(_suite, shared, "secret"u8, []);
        nonce = Expand(_suite, secret, "base_nonce"u8, context, NonceSize);
        return new AesGcm(Expand(_suite, secret, "key"u8, context, _keySize), TagSize);
    }

    // LabeledExtract and LabeledExpand (section 4).
    private static byte[] Extract(byte[] suite, byte[] salt, ReadOnlySpan<byte> label, ReadOnlySpan<byte> ikm) =>
        HKDF.Extract(HashAlgorithmName.SHA256, [.. "HPKE-v1"u8, .. suite, .. label, .. ikm], salt);

    private static byte[] Expand(byte[] suite, byte[] secret, ReadOnlySpan<byte> label, byte[] info, int length) =>
        HKDF.Expand(HashAlgorithmName.SHA256, secret, length, [.. Number((ushort)length), .. "HPKE-v1"u8, .. suite, .. label, .. info]);

    private static byte[] Point(ECDiffieHellmanPublicKey key)
    {
        var point = key.ExportParameters().Q;
        return [4, .. point.X!, .. point.Y!];
    }

    private static byte[] Number(ushort value)
    {
        var bytes = new byte[2];
        BinaryPrimitives.WriteUInt16BigEndian(bytes, value);
        return bytes;
    }
}
