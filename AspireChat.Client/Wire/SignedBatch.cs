using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Client.Wire;

/// <summary>A batch whose signature was checked.</summary>
/// <param name="From">The sender's name, as signed.</param>
/// <param name="Fingerprint">The fingerprint of the key that signed.</param>
/// <param name="Generation">The generation of the group that it was signed for; empty for none.</param>
/// <param name="Messages">The messages, checked.</param>
internal sealed record OpenedBatch(string From, string Fingerprint, string Generation, IReadOnlyList<ReceivedMessage> Messages);

/// <summary>The body of an AMQP message: a batch of messages and its sender's signature; see <c>message.proto</c>.</summary>
internal static class SignedBatch
{
    /// <summary>The content type of such a body.</summary>
    public const string ContentType = "application/protobuf";

    private const string Purpose = "aspirechat.v1.MessageBatch";

    /// <summary>Makes a signed body of this user's messages.</summary>
    /// <param name="self">The signer.</param>
    /// <param name="to">Their conversation.</param>
    /// <param name="messages">The messages.</param>
    /// <param name="generation">In a group: its generation.</param>
    public static byte[] Seal(LocalPeer self, Conversation to, IReadOnlyList<OutboxMessage> messages, string generation = "")
    {
        var content = MessageListCodec.Pack(self.Name, to, messages, generation).ToByteArray();
        return new MessageBatch
        {
            Content = UnsafeByteOperations.UnsafeWrap(content),
            PublicKey = UnsafeByteOperations.UnsafeWrap(self.Identity.PublicKey),
            Signature = UnsafeByteOperations.UnsafeWrap(Signatures.Sign(self.Identity, Purpose, to.ToString(), content)),
        }.ToByteArray();
    }

    /// <summary>Checks a body and extracts its messages. Does not yet decide whether the key may speak for the name.</summary>
    /// <param name="body">The body.</param>
    /// <param name="to">The conversation in which it arrived.</param>
    /// <exception cref="BatchRefusedException">It is not a batch, not signed by the key it names, or breaks a rule.</exception>
    public static OpenedBatch Open(ReadOnlyMemory<byte> body, Conversation to)
    {
        try
        {
            var batch = MessageBatch.Parser.ParseFrom(body.Span);
            if (!Signatures.Verify(batch.PublicKey.Span, batch.Signature.Span, Purpose, to.ToString(), batch.Content.Span))
            {
                throw new BatchRefusedException("it is not signed, or not by the key it names");
            }

            var list = MessageList.Parser.ParseFrom(batch.Content);
            if (!ChatName.TryParse(list.From, out var from) || from != list.From)
            {
                throw new BatchRefusedException("its sender has no valid name");
            }

            return new OpenedBatch(from, Fingerprint.Of(batch.PublicKey.Span), list.Generation, MessageListCodec.Unpack(list, from, to));
        }
        catch (InvalidProtocolBufferException)
        {
            throw new BatchRefusedException("it is not a message batch");
        }
    }
}
