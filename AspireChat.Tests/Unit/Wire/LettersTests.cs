using System.Text;
using AspireChat.Client.History;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Unit.Wire;

public sealed class LettersTests : IDisposable
{
    private readonly TestPeer _alice = new("alice");
    private readonly TestPeer _bob = new("bob");
    private readonly TestPeer _carol = new("carol");

    public void Dispose()
    {
        _alice.Dispose();
        _bob.Dispose();
        _carol.Dispose();
    }

    [Fact]
    public void Messages_are_opened_by_their_receiver_with_the_key_to_answer_to()
    {
        OutboxMessage[] sent = [Own(3, "one"), Own(5, "two")];

        var letter = Letters.Open(_bob.Peer, Letters.Seal(_alice.Peer, Of(_bob), sent));

        Assert.Equal(sent.Select(m => new ReceivedMessage(m.Id, m.Seq, m.Text, m.SentAt, m.Trace)), letter.Messages);
        Assert.Null(letter.Receipt);
        Assert.Equal(("alice", _alice.Peer.Identity.Fingerprint), (letter.Sender.User, letter.Sender.Fingerprint));

        var answer = Letters.Open(_alice.Peer, Letters.Seal(_bob.Peer, letter.Sender, [.. sent.Select(m => m.Id)], readThrough: 4));
        Assert.Equal(sent.Select(m => m.Id), answer.Receipt!.Stored);
        Assert.Equal(4, answer.Receipt.ReadThrough);
        Assert.Empty(answer.Messages);
    }

    [Fact]
    public void The_broker_sees_neither_text_nor_names_nor_keys()
    {
        var body = Letters.Seal(_alice.Peer, Of(_bob), [Own(1, "the treasure is under the oak")]);

        Assert.DoesNotContain("treasure", Encoding.Latin1.GetString(body), StringComparison.Ordinal);
        Assert.DoesNotContain("alice", Encoding.Latin1.GetString(body), StringComparison.Ordinal);
        Assert.DoesNotContain("bob", Encoding.Latin1.GetString(body), StringComparison.Ordinal);
        Assert.Equal(-1, body.AsSpan().IndexOf(_alice.Peer.Identity.PublicKey.AsSpan(30)));

        // Nor is the same message sealed alike twice.
        var again = Letters.Seal(_alice.Peer, Of(_bob), [Own(1, "the treasure is under the oak")]);
        Assert.NotEqual(SealedLetter.Parser.ParseFrom(body).Enc, SealedLetter.Parser.ParseFrom(again).Enc);
    }

    [Fact]
    public void Short_messages_have_the_same_length()
    {
        Assert.Equal(
            Letters.Seal(_alice.Peer, Of(_bob), [Own(1, "y")]).Length,
            Letters.Seal(_alice.Peer, Of(_bob), [Own(1_000_000, new string('x', 300))]).Length);
    }

    [Theory]
    [InlineData(1, 1024)]
    [InlineData(1024, 1024)]
    [InlineData(1025, 1088)]
    [InlineData(1088, 1088)]
    [InlineData(100_000, 100_352)]
    [InlineData(200_000, 200_704)]
    public void Lengths_are_padded_to_few_steps(int length, int step)
    {
        Assert.Equal(step, Letters.Step(length));
        Assert.InRange(Letters.Step(length), length, Math.Max(1024, length * 1.12));
    }

    [Fact]
    public void A_letter_for_somebody_else_is_refused()
    {
        var body = Letters.Seal(_alice.Peer, Of(_bob), [Own(1, "hello")]);

        Assert.Throws<BatchRefusedException>(() => Letters.Open(_carol.Peer, body));
    }

    [Fact]
    public void A_letter_that_its_receiver_passes_on_is_refused()
    {
        // Bob seals alice's signed letter anew, for carol.
        var sealedForBob = SealedLetter.Parser.ParseFrom(Letters.Seal(_alice.Peer, Of(_bob), [Own(1, "hello")]));
        var opened = _bob.Peer.Identity.Open(Info(_bob), sealedForBob.Enc.Span, sealedForBob.Text.Span)!;
        var (enc, text) = _carol.Peer.Identity.SealingKey.Seal(Info(_carol), opened);
        var passedOn = new SealedLetter { Enc = ByteString.CopyFrom(enc), Text = ByteString.CopyFrom(text) }.ToByteArray();

        var refusal = Assert.Throws<BatchRefusedException>(() => Letters.Open(_carol.Peer, passedOn));
        Assert.Contains("not signed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_changed_letter_is_refused()
    {
        var body = Letters.Seal(_alice.Peer, Of(_bob), [Own(1, "hello")]);
        for (var at = 0; at < body.Length; at += 7)
        {
            byte[] changed = [.. body];
            changed[at] ^= 1;
            Assert.Throws<BatchRefusedException>(() => Letters.Open(_bob.Peer, changed));
        }

        Assert.Throws<BatchRefusedException>(() => Letters.Open(_bob.Peer, body.AsMemory(0, body.Length - 1)));
        Assert.Throws<BatchRefusedException>(() => Letters.Open(_bob.Peer, Array.Empty<byte>()));
    }

    public static TheoryData<string, Action<Letter>> BadLetters => new()
    {
        { "nothing in it", letter => letter.ClearContent() },
        { "a name that is none", letter => letter.From = "Alice!" },
        { "the receiver's own name", letter => letter.From = "bob" },
        { "another sender in the list", letter => letter.Messages.From = "carol" },
        { "another receiver in the list", letter => letter.Messages.To = new() { User = "carol" } },
        { "no key to answer to", letter => letter.SealingKey = ByteString.Empty },
        { "a key to answer to that nobody vouches for", letter => letter.SealingSignature = ByteString.CopyFrom(new byte[64]) },
        { "a receipt that is cut off", letter => letter.Receipt = new() { Stored = ByteString.CopyFrom(new byte[17]) } },
        { "a receipt beyond a long", letter => letter.Receipt = new() { ReadThrough = ulong.MaxValue } },
        { "a long receipt", letter => letter.Receipt = new() { Stored = ByteString.CopyFrom(new byte[16 * 4_097]) } },
    };

    [Theory]
    [MemberData(nameof(BadLetters), DisableDiscoveryEnumeration = true)]
    public void A_letter_that_breaks_a_rule_is_refused(string rule, Action<Letter> spoil)
    {
        var letter = new Letter
        {
            From = "alice",
            SealingKey = ByteString.CopyFrom(_alice.Peer.Identity.SealingKey.PublicKey),
            SealingSignature = ByteString.CopyFrom(_alice.Peer.Identity.SealingKey.Signature),
            Messages = MessageListCodec.Pack("alice", AspireChat.Client.Chat.Conversation.With("bob"), [Own(1, "hello")]),
        };
        Assert.Single(Letters.Open(_bob.Peer, Seal(letter)).Messages);
        spoil(letter);

        Assert.True(Record.Exception(() => Letters.Open(_bob.Peer, Seal(letter))) is BatchRefusedException, rule);
    }

    private byte[] Seal(Letter letter) => _alice.SealLetter(Of(_bob), letter);

    private static byte[] Info(TestPeer to) => Encoding.UTF8.GetBytes($"aspirechat.v1.Letter\nuser:{to.Peer.Name}/{to.Peer.Identity.Fingerprint}");

    private static Addressee Of(TestPeer peer) => new(peer.Peer.Name, peer.Peer.Identity.Fingerprint, peer.Peer.Identity.SealingKey);

    private static OutboxMessage Own(long seq, string text) =>
        new(Guid.CreateVersion7(), seq, text, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), default);
}
