using System.Globalization;
using AspireChat.Client.Identity;
using Grpc.Core;

namespace AspireChat.Client.Peers;

/// <summary>A peer's introduction of itself: metadata of every call and every response; see <c>peer.proto</c>.</summary>
/// <param name="User">The claimed user name.</param>
/// <param name="Epoch">The epoch of the claimed registration.</param>
/// <param name="SealingKey">The key to which letters for the user are sealed; null if the peer shows none. Not yet checked.</param>
internal sealed record Greeting(string User, long Epoch, SealingKey? SealingKey)
{
    private const string NameKey = "aspirechat-name";
    private const string EpochKey = "aspirechat-epoch";
    private const string SealingKeyKey = "aspirechat-sealing-key-bin";
    private const string SealingSignatureKey = "aspirechat-sealing-signature-bin";

    /// <summary>This client's greeting.</summary>
    public static Metadata Of(LocalPeer self) => new()
    {
        { NameKey, self.Name },
        { EpochKey, self.Epoch.ToString(CultureInfo.InvariantCulture) },
        { SealingKeyKey, self.Identity.SealingKey.PublicKey },
        { SealingSignatureKey, self.Identity.SealingKey.Signature },
    };

    /// <summary>Reads a greeting; null if it is missing or malformed.</summary>
    public static Greeting? Read(Metadata metadata) =>
        metadata.GetValue(NameKey) is { } given
        && ChatName.TryParse(given, out var name)
        && name == given
        && long.TryParse(metadata.GetValue(EpochKey), NumberStyles.None, CultureInfo.InvariantCulture, out var epoch)
            ? new Greeting(name, epoch, ReadKey(metadata))
            : null;

    // GetValueBytes throws if the name does not end in -bin, which a constant does.
    private static SealingKey? ReadKey(Metadata metadata) =>
        metadata.GetValueBytes(SealingKeyKey) is { } key && metadata.GetValueBytes(SealingSignatureKey) is { } signature
            ? new SealingKey(key, signature)
            : null;
}

/// <summary>A caller that has passed all checks.</summary>
/// <param name="User">The user name that belongs to the key.</param>
/// <param name="Fingerprint">The key's fingerprint.</param>
internal sealed record PeerCaller(string User, string Fingerprint);
