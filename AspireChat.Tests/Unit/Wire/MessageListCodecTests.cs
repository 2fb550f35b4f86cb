using System.Diagnostics;
using AspireChat.Client.History;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Xunit;
using Conversation = AspireChat.Client.Chat.Conversation;

namespace AspireChat.Tests.Unit.Wire;

public sealed class MessageListCodecTests
{
    private static readonly Conversation Bob = Conversation.With("bob");

    [Fact]
    public void A_packed_list_can_be_unpacked()
    {
        var trace = new ActivityContext(
            ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded, "vendor=1", isRemote: true);
        OutboxMessage[] sent =
        [
            new(Guid.CreateVersion7(), 7, "one", DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_123), trace),
            new(Guid.CreateVersion7(), 9, "two", DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_124), default),
        ];

        // Serialised and parsed again.
        var list = MessageList.Parser.ParseFrom(MessageListCodec.Pack("alice", Bob, sent).ToByteArray());
        var received = MessageListCodec.Unpack(list, "alice", Bob);
        Assert.Equal(sent.Select(m => new ReceivedMessage(m.Id, m.Seq, m.Text, m.SentAt, m.Trace)), received);
    }

    [Fact]
    public void A_list_for_a_group_is_unpacked_for_that_group()
    {
        var list = MessageListCodec.Pack("alice", Conversation.Of("bob"), [Own(1, "x")]);

        Assert.Single(MessageListCodec.Unpack(list, "alice", Conversation.Of("bob")));
        Assert.Throws<BatchRefusedException>(() => MessageListCodec.Unpack(list, "alice", Bob));
    }

    [Fact]
    public void A_batch_at_the_limits_is_accepted()
    {
        Assert.Equal(64, MessageListCodec.Unpack(List([.. Enumerable.Range(1, 64).Select(i => Own(i, "x"))]), "alice", Bob).Count);
        Assert.Equal(
            8, MessageListCodec.Unpack(List([.. Enumerable.Range(1, 8).Select(i => Own(i, new string('x', 16_384)))]), "alice", Bob).Count);
    }

    public static TheoryData<string, Action<MessageList>> BadLists => new()
    {
        { "no message", list => list.Messages.Clear() },
        { "65 messages", list => list.Messages.AddRange(Enumerable.Range(3, 63).Select(i => List([Own(i, "x")]).Messages[0])) },
        { "129 KiB", list => list.Messages.AddRange(Enumerable.Range(3, 8).Select(i => List([Own(i, new string('x', 16_384))]).Messages[0])) },
        { "another sender", list => list.From = "mallory" },
        { "no sender", list => list.From = "" },
        { "another receiver", list => list.To = new() { User = "carol" } },
        { "a group", list => list.To = new() { Group = "bob" } },
        { "no place", list => list.To = null },
        { "an empty place", list => list.To = new() },
        { "no id", list => list.Messages[1].Id = "" },
        { "not an id", list => list.Messages[1].Id = "42" },
        { "an id in braces", list => list.Messages[1].Id = $"{{{Guid.NewGuid()}}}" },
        { "seq 0", list => list.Messages[0].Seq = 0 },
        { "seq not rising", list => list.Messages[1].Seq = list.Messages[0].Seq },
        { "seq falling", list => list.Messages[0].Seq = 3 },
        { "seq beyond a long", list => list.Messages[1].Seq = ulong.MaxValue },
        { "no text", list => list.Messages[1].Text = "" },
        { "a long text", list => list.Messages[1].Text = new string('x', 16_385) },
        { "no time", list => list.Messages[1].SentAt = null },
        { "an impossible time", list => list.Messages[1].SentAt = new Timestamp { Seconds = long.MaxValue } },
        { "a time that is not normalized", list => list.Messages[1].SentAt = new Timestamp { Seconds = 1, Nanos = -5 } },
    };

    [Theory]
    [MemberData(nameof(BadLists), DisableDiscoveryEnumeration = true)]
    public void A_batch_that_breaks_a_rule_is_refused_whole(string rule, Action<MessageList> spoil)
    {
        var list = List([Own(1, "one"), Own(2, "two")]);
        spoil(list);

        var refusal = Record.Exception(() => MessageListCodec.Unpack(list, "alice", Bob));
        Assert.True(refusal is BatchRefusedException, $"{rule}: {refusal?.ToString() ?? "accepted"}");
    }

    [Fact]
    public void A_missing_batch_is_refused() =>
        Assert.Throws<BatchRefusedException>(() => MessageListCodec.Unpack(null, "alice", Bob));

    [Theory]
    [InlineData("")]
    [InlineData("hello")]
    [InlineData("00-00000000000000000000000000000000-0000000000000000-01")]
    [InlineData("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\r\nx: y")]
    public void A_message_with_an_unreadable_trace_is_accepted_without_it(string traceparent)
    {
        var list = List([Own(1, "one")]);
        list.Messages[0].Trace = new TraceContext { Traceparent = traceparent };

        Assert.Equal(default, Assert.Single(MessageListCodec.Unpack(list, "alice", Bob)).Trace);
    }

    private static OutboxMessage Own(long seq, string text) =>
        new(Guid.CreateVersion7(), seq, text, DateTimeOffset.FromUnixTimeMilliseconds(1_700_000_000_000), default);

    private static MessageList List(OutboxMessage[] messages) => MessageListCodec.Pack("alice", Bob, messages);
}
