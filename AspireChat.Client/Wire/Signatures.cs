using System.Text;
using AspireChat.Client.Identity;

namespace AspireChat.Client.Wire;

/// <summary>
/// Signatures of bytes that travel through a third party: ECDSA P-256 with SHA-256 over a purpose, a context, and the
/// content, so that a signature made for one place is invalid in another.
/// </summary>
internal static class Signatures
{
    /// <summary>Signs content.</summary>
    /// <param name="identity">This client's key.</param>
    /// <param name="purpose">The kind of content, for example <c>aspirechat.v1.MessageBatch</c>.</param>
    /// <param name="context">The place of the content, for example a conversation.</param>
    /// <param name="content">The bytes.</param>
    public static byte[] Sign(PeerIdentity identity, string purpose, string context, ReadOnlySpan<byte> content) =>
        identity.Sign(Signed(purpose, context, content));

    /// <summary>Whether a signature is by the holder of a public key.</summary>
    public static bool Verify(
        ReadOnlySpan<byte> publicKey, ReadOnlySpan<byte> signature, string purpose, string context, ReadOnlySpan<byte> content) =>
        P256.Verify(publicKey, Signed(purpose, context, content), signature);

    private static byte[] Signed(string purpose, string context, ReadOnlySpan<byte> content)
    {
        var head = Encoding.UTF8.GetBytes($"{purpose}\n{context}\n");
        var whole = new byte[head.Length + content.Length];
        head.CopyTo(whole, 0);
        content.CopyTo(whole.AsSpan(head.Length));
        return whole;
    }
}
