using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Client.Wire;

/// <summary>A letter that was opened and whose signature was checked; exactly one of messages and receipt is there.</summary>
/// <param name="Sender">The sender, with the key to which an answer is sealed.</param>
/// <param name="Messages">The messages; empty if it is a receipt.</param>
/// <param name="Receipt">The receipt; null if it has messages.</param>
internal sealed record OpenedLetter(Addressee Sender, IReadOnlyList<ReceivedMessage> Messages, OpenedReceipt? Receipt);

/// <summary>How far this user's messages have come, as the receiver says.</summary>
/// <param name="Stored">The ids of messages that the receiver has stored.</param>
/// <param name="ReadThrough">All that is stored up to this seq was read; 0 says nothing.</param>
internal sealed record OpenedReceipt(IReadOnlyList<Guid> Stored, long ReadThrough);

/// <summary>Seals letters for users who are away, and opens those for this user; see <c>letter.proto</c>.</summary>
internal static class Letters
{
    /// <summary>How many messages one receipt may name.</summary>
    public const int MaxReceipts = 4_096;

    private const string Purpose = "aspirechat.v1.Letter";
    private const int IdSize = 16;
    private const int LengthSize = sizeof(int);

    // A short message and its sender's keys fit, so that most lone messages look alike.
    private const int SmallestStep = 1024;

    /// <summary>Seals copies of messages.</summary>
    /// <param name="self">The sender.</param>
    /// <param name="to">The receiver.</param>
    /// <param name="messages">The messages of the private chat with the receiver.</param>
    public static byte[] Seal(LocalPeer self, Addressee to, IReadOnlyList<OutboxMessage> messages) => Seal(
        self, to, new Letter { Messages = MessageListCodec.Pack(self.Name, Conversation.With(to.User), messages) });

    /// <summary>Seals a receipt.</summary>
    /// <param name="self">The receiver of the messages, who sends the receipt.</param>
    /// <param name="to">The sender of the messages.</param>
    /// <param name="stored">The ids of messages that are stored, at most <see cref="MaxReceipts"/>.</param>
    /// <param name="readThrough">All that is stored up to this seq was read; 0 says nothing.</param>
    public static byte[] Seal(LocalPeer self, Addressee to, IReadOnlyCollection<Guid> stored, long readThrough) => Seal(
        self,
        to,
        new Letter
        {
            Receipt = new LetterReceipt
            {
                Stored = ByteString.CopyFrom([.. stored.SelectMany(id => id.ToByteArray(bigEndian: true))]),
                ReadThrough = (ulong)readThrough,
            },
        });

    /// <summary>Identifies a letter, however the message around it is written.</summary>
    /// <param name="body">The letter; anything else is identified by its bytes.</param>
    public static byte[] Digest(ReadOnlyMemory<byte> body)
    {
        try
        {
            var letter = SealedLetter.Parser.ParseFrom(body.Span);
            return SHA256.HashData([.. letter.Enc.Span, .. letter.Text.Span]);
        }
        catch (InvalidProtocolBufferException)
        {
            return SHA256.HashData(body.Span);
        }
    }

    /// <summary>Opens a letter for this user. Does not yet decide whether the key may speak for the name.</summary>
    /// <exception cref="BatchRefusedException">
    /// It was not sealed to this user, was changed, is not signed by the key that it names, or breaks a rule.
    /// </exception>
    public static OpenedLetter Open(LocalPeer self, ReadOnlyMemory<byte> body)
    {
        try
        {
            var letter = SealedLetter.Parser.ParseFrom(body.Span);
            var address = Address(self.Name, self.Identity.Fingerprint);
            var text = self.Identity.Open(Info(address), letter.Enc.Span, letter.Text.Span)
                ?? throw new BatchRefusedException("it was not sealed to this user's key, or was changed");
            return Check(self, SignedLetter.Parser.ParseFrom(Unpad(text).Span), address);
        }
        catch (InvalidProtocolBufferException)
        {
            throw new BatchRefusedException("it is not a letter");
        }
    }

    private static OpenedLetter Check(LocalPeer self, SignedLetter signed, string address)
    {
        if (!Signatures.Verify(signed.PublicKey.Span, signed.Signature.Span, Purpose, address, signed.Content.Span))
        {
            throw new BatchRefusedException("it is not signed, or not by the key it names");
        }

        var letter = Letter.Parser.ParseFrom(signed.Content);
        if (!ChatName.TryParse(letter.From, out var from) || from != letter.From || from == self.Name)
        {
            throw new BatchRefusedException("its sender has no valid name");
        }

        var key = new SealingKey(letter.SealingKey.ToByteArray(), letter.SealingSignature.ToByteArray());
        if (!key.IsVouchedForBy(signed.PublicKey.Span))
        {
            throw new BatchRefusedException("its sender does not vouch for the key to answer to");
        }

        var sender = new Addressee(from, Fingerprint.Of(signed.PublicKey.Span), key);
        return letter.ContentCase switch
        {
            Letter.ContentOneofCase.Messages => new OpenedLetter(
                sender, MessageListCodec.Unpack(letter.Messages, from, Conversation.With(self.Name)), Receipt: null),
            Letter.ContentOneofCase.Receipt => new OpenedLetter(sender, [], Read(letter.Receipt)),
            _ => throw new BatchRefusedException("it has no content that this version knows"),
        };
    }

    private static byte[] Seal(LocalPeer self, Addressee to, Letter letter)
    {
        letter.From = self.Name;
        letter.SealingKey = UnsafeByteOperations.UnsafeWrap(self.Identity.SealingKey.PublicKey);
        letter.SealingSignature = UnsafeByteOperations.UnsafeWrap(self.Identity.SealingKey.Signature);
        var address = Address(to.User, to.Fingerprint);
        var content = letter.ToByteArray();
        var signed = new SignedLetter
        {
            Content = UnsafeByteOperations.UnsafeWrap(content),
            PublicKey = UnsafeByteOperations.UnsafeWrap(self.Identity.PublicKey),
            Signature = UnsafeByteOperations.UnsafeWrap(Signatures.Sign(self.Identity, Purpose, address, content)),
        };
        var (enc, text) = to.Key.Seal(Info(address), Pad(signed.ToByteArray()));
        return new SealedLetter
        {
            Enc = UnsafeByteOperations.UnsafeWrap(enc),
            Text = UnsafeByteOperations.UnsafeWrap(text),
        }.ToByteArray();
    }

    private static string Address(string user, string fingerprint) => $"{Conversation.With(user)}/{fingerprint}";

    private static byte[] Info(string address) => Encoding.UTF8.GetBytes($"{Purpose}\n{address}");

    private static byte[] Pad(byte[] letter)
    {
        var padded = new byte[Step(LengthSize + letter.Length)];
        BinaryPrimitives.WriteInt32BigEndian(padded, letter.Length);
        letter.CopyTo(padded, LengthSize);
        return padded;
    }

    private static ReadOnlyMemory<byte> Unpad(byte[] text)
    {
        var length = text.Length < LengthSize ? -1 : BinaryPrimitives.ReadInt32BigEndian(text);
        return length >= 0 && length <= text.Length - LengthSize
            ? text.AsMemory(LengthSize, length)
            : throw new BatchRefusedException("its padding is wrong");
    }

    // Padmé (Nikitin et al., "Reducing Metadata Leakage from Encrypted Files and Communication with PURBs", 2019, section 4.5):
    // as few different lengths as floating point numbers with a short mantissa, for at most 12 % more bytes.
    internal static int Step(int length)
    {
        if (length <= SmallestStep)
        {
            return SmallestStep;
        }

        var exponent = BitOperations.Log2((uint)length);
        var last = (1 << (exponent - BitOperations.Log2((uint)exponent) - 1)) - 1;
        return (length + last) & ~last;
    }

    private static OpenedReceipt Read(LetterReceipt receipt)
    {
        var ids = receipt.Stored.Memory;
        if (ids.Length > MaxReceipts * IdSize || ids.Length % IdSize != 0 || receipt.ReadThrough > long.MaxValue)
        {
            throw new BatchRefusedException("its receipt is too long or cut off");
        }

        return new OpenedReceipt(
            [.. Enumerable.Range(0, ids.Length / IdSize).Select(at => new Guid(ids.Span.Slice(at * IdSize, IdSize), bigEndian: true))],
            (long)receipt.ReadThrough);
    }
}
