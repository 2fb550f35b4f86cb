using System.Security.Cryptography;
using AspireChat.Client.Identity;
using Xunit;

namespace AspireChat.Tests.Unit.Identity;

public sealed class HpkeTests
{
    // RFC 9180, appendix A.3.1: DHKEM(P-256, HKDF-SHA256), HKDF-SHA256, AES-128-GCM, base mode, sequence number 0.
    private const string Info = "4f6465206f6e2061204772656369616e2055726e";
    private const string PkEm =
        "04a92719c6195d5085104f469a8b9814d5838ff72b60501e2c4466e5e67b325ac98536d7b61a1af4b78e5b7f951c0900be863c403ce65c9bfcb9382657222d18c4";
    private const string SkEm = "4995788ef4b9d6132b249ce59a77281493eb39af373d236a1fe415cb0c2d7beb";
    private const string PkRm =
        "04fe8c19ce0905191ebc298a9245792531f26f0cece2460639e8bc39cb7f706a826a779b4cf969b8a0e539c7f62fb3d30ad6aa8f80e30f1d128aafd68a2ce72ea0";
    private const string SkRm = "f3ce7fdae57e1a310d87f1ebbde6f328be0a99cdbcadf4d6589cf29de4b8ffd2";
    private const string Text = "4265617574792069732074727574682c20747275746820626561757479";
    private const string Aad = "436f756e742d30";
    private const string Sealed = "5ad590bb8baa577f8619db35a36311226a896e7342a6d836d8b7bcd2f20b6c7f9076ac232e3ab2523f39513434";

    [Fact]
    public void The_vector_of_the_RFC_is_sealed_alike()
    {
        using var ephemeral = Key(PkEm, SkEm);
        using var receiver = Key(PkRm, SkRm);

        var (enc, text) = Hpke.Aes128.Seal(receiver.PublicKey, Bytes(Info), Bytes(Aad), Bytes(Text), ephemeral);

        Assert.Equal((PkEm, Sealed), (Convert.ToHexStringLower(enc), Convert.ToHexStringLower(text)));
    }

    [Fact]
    public void The_vector_of_the_RFC_is_opened()
    {
        using var receiver = Key(PkRm, SkRm);

        Assert.True(Hpke.Aes128.TryOpen(receiver, Bytes(Info), Bytes(Aad), Bytes(PkEm), Bytes(Sealed), out var text));
        Assert.Equal(Text, Convert.ToHexStringLower(text));
        Assert.False(Hpke.Suite.TryOpen(receiver, Bytes(Info), Bytes(Aad), Bytes(PkEm), Bytes(Sealed), out _));
    }

    [Fact]
    public void The_suite_in_use_opens_what_it_has_sealed_and_nothing_else()
    {
        using var receiver = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using var other = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var (enc, text) = Hpke.Suite.Seal(receiver.PublicKey, "info"u8, "hello"u8);

        Assert.True(Hpke.Suite.TryOpen(receiver, "info"u8, enc, text, out var opened));
        Assert.Equal("hello"u8, opened);
        Assert.False(Hpke.Suite.TryOpen(receiver, "other"u8, enc, text, out _));
        Assert.False(Hpke.Suite.TryOpen(other, "info"u8, enc, text, out _));
        Assert.False(Hpke.Suite.TryOpen(receiver, "info"u8, enc, text.AsSpan(1), out _));
        Assert.False(Hpke.Suite.TryOpen(receiver, "info"u8, enc, [], out _));
        Assert.False(Hpke.Suite.TryOpen(receiver, "info"u8, enc.AsSpan(1), text, out _));

        // A point that is not on the curve could betray the key.
        Assert.False(Hpke.Suite.TryOpen(receiver, "info"u8, [4, .. new byte[64]], text, out _));
    }

    [Fact]
    public void No_changed_bit_is_accepted()
    {
        using var receiver = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var (enc, text) = Hpke.Suite.Seal(receiver.PublicKey, "info"u8, "hello"u8);
        byte[] whole = [.. enc, .. text];
        for (var bit = 0; bit < whole.Length * 8; bit++)
        {
            byte[] changed = [.. whole];
            changed[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(Hpke.Suite.TryOpen(receiver, "info"u8, changed.AsSpan(0, Hpke.EncSize), changed.AsSpan(Hpke.EncSize), out _), $"bit {bit}");
        }
    }

    private static byte[] Bytes(string hex) => Convert.FromHexString(hex);

    private static ECDiffieHellman Key(string point, string secret) => ECDiffieHellman.Create(new ECParameters
    {
        Curve = ECCurve.NamedCurves.nistP256,
        Q = new ECPoint { X = Bytes(point)[1..33], Y = Bytes(point)[33..] },
        D = Bytes(secret),
    });
}
