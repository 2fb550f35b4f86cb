using AspireChat.Client.History;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Tests.Unit.Wire;

public sealed class SignedBatchTests : IDisposable
{
    private static readonly Conversation Chess = Conversation.Of("chess");

    private readonly TestPeer _alice = new("alice");
    private readonly TestPeer _mallory = new("mallory");

    public void Dispose()
    {
        _alice.Dispose();
        _mallory.Dispose();
    }

    [Fact]
    public void A_sealed_batch_can_be_opened_and_names_its_sender()
    {
        OutboxMessage[] sent = [Own(3, "one"), Own(4, "two")];
        var opened = SignedBatch.Open(SignedBatch.Seal(_alice.Peer, Chess, sent), Chess);

        Assert.Equal(("alice", _alice.Peer.Identity.Fingerprint), (opened.From, opened.Fingerprint));
        Assert.Equal(sent.Select(m => (m.Id, m.Seq, m.Text)), opened.Messages.Select(m => (m.Id, m.Seq, m.Text)));
    }

    [Fact]
    public void The_signature_covers_the_generation_of_the_group()
    {
        var body = SignedBatch.Seal(_alice.Peer, Chess, [Own(1, "x")], "this one");
        Assert.Equal("this one", SignedBatch.Open(body, Chess).Generation);

        var batch = MessageBatch.Parser.ParseFrom(body);
        batch.Content = Changed(batch.Content, list => list.Generation = "another one");
        AssertRefused("another creation", batch.ToByteArray(), Chess);
    }

    [Fact]
    public void Signatures_match_the_written_protocol()
    {
        // Computed as message.proto describes it, without the client's code.
        var batch = MessageBatch.Parser.ParseFrom(SignedBatch.Seal(_alice.Peer, Chess, [Own(1, "x")]));
        Assert.Equal(64, batch.Signature.Length);
        using var key = System.Security.Cryptography.ECDsa.Create();
        key.ImportSubjectPublicKeyInfo(batch.PublicKey.Span, out _);
        byte[] signed = [.. "aspirechat.v1.MessageBatch\ngroup:chess\n"u8, .. batch.Content.Span];
        Assert.True(key.VerifyData(signed, batch.Signature.Span, System.Security.Cryptography.HashAlgorithmName.SHA256));
    }

    public static TheoryData<string, Action<MessageBatch, SignedBatchTests>> Forgeries => new()
    {
        { "unsigned", (batch, _) => batch.Signature = ByteString.Empty },
        { "no key", (batch, _) => batch.PublicKey = ByteString.Empty },
        { "neither", (batch, _) => (batch.Signature, batch.PublicKey) = (ByteString.Empty, ByteString.Empty) },
        { "another key's name on it", (batch, test) => batch.PublicKey = ByteString.CopyFrom(test._mallory.Peer.Identity.PublicKey) },
        { "not a key", (batch, _) => batch.PublicKey = ByteString.CopyFromUtf8("key") },
        { "a key with something behind it", (batch, _) => batch.PublicKey = ByteString.CopyFrom([.. batch.PublicKey.Span, 0]) },
        { "another signature", (batch, _) => batch.Signature = ByteString.CopyFrom(new byte[64]) },
        { "half a signature", (batch, _) => batch.Signature = ByteString.CopyFrom(batch.Signature.Span[..32]) },
        { "changed content", (batch, _) => batch.Content = Changed(batch.Content, list => list.Messages[0].Text = "never said") },
        { "another sender", (batch, _) => batch.Content = Changed(batch.Content, list => list.From = "bob") },
        { "one message less", (batch, _) => batch.Content = Changed(batch.Content, list => list.Messages.RemoveAt(1)) },
        { "no content", (batch, _) => batch.Content = ByteString.Empty },
    };

    [Theory]
    [MemberData(nameof(Forgeries), DisableDiscoveryEnumeration = true)]
    public void A_forged_batch_is_refused(string forgery, Action<MessageBatch, SignedBatchTests> forge)
    {
        var batch = MessageBatch.Parser.ParseFrom(SignedBatch.Seal(_alice.Peer, Chess, [Own(1, "one"), Own(2, "two")]));
        forge(batch, this);

        AssertRefused(forgery, batch.ToByteArray(), Chess);
    }

    [Fact]
    public void A_batch_is_valid_only_in_its_own_conversation()
    {
        var body = SignedBatch.Seal(_alice.Peer, Chess, [Own(1, "x")]);
        AssertRefused("another group", body, Conversation.Of("go"));
        AssertRefused("a user of the same name", body, Conversation.With("chess"));
        AssertRefused("the insult channel", body, Conversation.Insults);
        AssertRefused("an insult in a group of that name", SignedBatch.Seal(_alice.Peer, Conversation.Insults, [Own(1, "x")]), Conversation.Of("insults"));
    }

    [Fact]
    public void A_signature_for_one_place_over_content_for_another_is_refused()
    {
        // The signature is right for the place of arrival; the content that it covers belongs elsewhere.
        var content = MessageListCodec.Pack("alice", Conversation.Of("go"), [Own(1, "x")]).ToByteString();
        AssertRefused("content for another group", Signed(_alice, content), Chess);
    }

    [Fact]
    public void An_invalid_name_is_refused()
    {
        foreach (var name in (string[])["", "Alice", "a.b", "../x", "\u001b[2J", new string('a', 33)])
        {
            var content = Changed(MessageListCodec.Pack("alice", Chess, [Own(1, "x")]).ToByteString(), list => list.From = name);
            AssertRefused($"the name '{name}'", Signed(_alice, content), Chess);
        }
    }

    [Fact]
    public void Garbage_is_refused()
    {
        var random = new Random(7);
        var good = SignedBatch.Seal(_alice.Peer, Chess, [Own(1, "one"), Own(2, "two")]);
        AssertRefused("nothing", [], Chess);
        AssertRefused("text", "hello"u8.ToArray(), Chess);
        for (var round = 0; round < 500; round++)
        {
            var noise = new byte[random.Next(1, 300)];
            random.NextBytes(noise);
            AssertRefused("noise", noise, Chess);

            AssertRefused("a part of a good one", good[..random.Next(good.Length)], Chess);
        }
    }

    [Fact]
    public void Every_changed_bit_of_content_or_signature_is_detected()
    {
        var good = MessageBatch.Parser.ParseFrom(SignedBatch.Seal(_alice.Peer, Chess, [Own(1, "x")]));
        for (var bit = 0; bit < good.Content.Length * 8; bit++)
        {
            var changed = good.Clone();
            changed.Content = Flipped(good.Content, bit);
            AssertRefused($"bit {bit} of the content", changed.ToByteArray(), Chess);
        }

        for (var bit = 0; bit < good.Signature.Length * 8; bit++)
        {
            var changed = good.Clone();
            changed.Signature = Flipped(good.Signature, bit);
            AssertRefused($"bit {bit} of the signature", changed.ToByteArray(), Chess);
        }
    }

    private static void AssertRefused(string what, byte[] body, Conversation to)
    {
        var refusal = Record.Exception(() => SignedBatch.Open(body, to));
        Assert.True(refusal is BatchRefusedException, $"{what}: {refusal?.ToString() ?? "accepted"}");
    }

    private static byte[] Signed(TestPeer by, ByteString content) => new MessageBatch
    {
        Content = content,
        PublicKey = ByteString.CopyFrom(by.Peer.Identity.PublicKey),
        Signature = ByteString.CopyFrom(Signatures.Sign(by.Peer.Identity, "aspirechat.v1.MessageBatch", Chess.ToString(), content.Span)),
    }.ToByteArray();

    private static ByteString Changed(ByteString content, Action<MessageList> change)
    {
        var list = MessageList.Parser.ParseFrom(content);
        change(list);
        return list.ToByteString();
    }

    private static ByteString Flipped(ByteString bytes, int bit)
    {
        var copy = bytes.ToByteArray();
        copy[bit / 8] ^= (byte)(1 << (bit % 8));
        return ByteString.CopyFrom(copy);
    }

    private static OutboxMessage Own(long seq, string text) =>
        new(Guid.CreateVersion7(), seq, text, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), default);
}
