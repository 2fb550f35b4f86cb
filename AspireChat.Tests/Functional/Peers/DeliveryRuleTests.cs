using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>What a client accepts on a stream from a peer of any kind.</summary>
public sealed class DeliveryRuleTests(LoneBob lone) : IClassFixture<LoneBob>
{
    private static int _names;

    public static TheoryData<string, Func<RawPeer, MessageList>> BadBatches => new()
    {
        { "no message", peer => peer.Batch("bob", 2) },
        { "65 messages", peer => peer.Batch("bob", 2, Enumerable.Range(0, 65).Select(i => $"{i}")) },
        { "129 KiB", peer => peer.Batch("bob", 2, Enumerable.Repeat(new string('x', 16_384), 8).Append(new string('x', 1_024))) },
        { "a text of 16 KiB and a byte", peer => peer.Batch("bob", 2, new string('x', 16_385)) },
        { "no text", peer => peer.Batch("bob", 2, "") },
        { "another sender", peer => With(peer.Batch("bob", 2, "x"), list => list.From = "alice") },
        { "the receiver as sender", peer => With(peer.Batch("bob", 2, "x"), list => list.From = "bob") },
        { "another receiver", peer => peer.Batch("carol", 2, "x") },
        { "a group", peer => With(peer.Batch("bob", 2, "x"), list => list.To = new Conversation { Group = "bob" }) },
        { "nowhere", peer => With(peer.Batch("bob", 2, "x"), list => list.To = null) },
        { "not an id", peer => With(peer.Batch("bob", 2, "x"), list => list.Messages[0].Id = "' OR 1=1") },
        { "no id", peer => With(peer.Batch("bob", 2, "x"), list => list.Messages[0].Id = "") },
        { "seq 0", peer => peer.Batch("bob", 0, "x") },
        { "seq not rising", peer => With(peer.Batch("bob", 2, "x", "y"), list => list.Messages[1].Seq = 2) },
        { "seq falling", peer => With(peer.Batch("bob", 2, "x", "y"), list => list.Messages[1].Seq = 1) },
        { "seq beyond a long", peer => peer.Batch("bob", ulong.MaxValue, "x") },
        { "no time", peer => With(peer.Batch("bob", 2, "x"), list => list.Messages[0].SentAt = null) },
        { "no such time", peer => With(peer.Batch("bob", 2, "x"), list => list.Messages[0].SentAt = new Timestamp { Seconds = long.MaxValue }) },
    };

    [Theory]
    [MemberData(nameof(BadBatches), DisableDiscoveryEnumeration = true)]
    public async Task A_batch_that_breaks_a_rule_is_refused_whole(
        string rule, Func<RawPeer, MessageList> spoil)
    {
        using var peer = await NewPeerAsync();
        var client = peer.Connect(lone.Address);
        using (var stream = peer.Deliver(client))
        {
            await stream.SendAsync(peer.Batch("bob", 1, "before"));
            await stream.SendAsync(spoil(peer));
            var end = await stream.EndAsync();
            Assert.True(end.StatusCode == StatusCode.InvalidArgument, $"{rule}: {end}");
        }

        await AssertGoodMessageArrivesAsync(peer, client, ["before", "after"]);
    }

    [Fact]
    public async Task A_frame_without_a_batch_is_refused()
    {
        using var peer = await NewPeerAsync();
        var client = peer.Connect(lone.Address);
        using (var stream = peer.Deliver(client))
        {
            await stream.SendNothingAsync();
            Assert.Equal(StatusCode.InvalidArgument, (await stream.EndAsync()).StatusCode);
        }

        await AssertGoodMessageArrivesAsync(peer, client, ["after"]);
    }

    [Theory]
    [InlineData(300 * 1024)]
    [InlineData((4 * 1024 * 1024) + 1)]
    [InlineData(20 * 1024 * 1024)]
    public async Task A_frame_larger_than_any_batch_is_refused_unread(int bytes)
    {
        using var peer = await NewPeerAsync();
        var client = peer.Connect(lone.Address);
        using (var stream = peer.Deliver(client))
        {
            try
            {
                await stream.SendAsync(peer.Batch("bob", 1, new string('x', bytes)));
            }
            catch (RpcException)
            {
                // The refusal may come while the frame is still being sent.
            }

            Assert.Equal(StatusCode.ResourceExhausted, (await stream.EndAsync()).StatusCode);
        }

        await AssertGoodMessageArrivesAsync(peer, client, ["after"]);
    }

    [Fact]
    public async Task A_batch_at_the_limits_is_accepted()
    {
        using var peer = await NewPeerAsync();
        var texts = Enumerable.Repeat(new string('x', 16_384), 8).ToList();
        using var stream = peer.Deliver(peer.Connect(lone.Address));
        await stream.SendAsync(peer.Batch("bob", 1, texts));
        await stream.SendAsync(peer.Batch("bob", 9, Enumerable.Range(0, 64).Select(i => $"{i}")));
        await stream.UntilStoredAsync(72);

        Assert.Equal([.. texts, .. Enumerable.Range(0, 64).Select(i => $"{i}")], await lone.TextsFromAsync(peer.Name));
    }

    [Fact]
    public async Task A_repeated_message_is_shown_once_and_acknowledged_twice()
    {
        using var peer = await NewPeerAsync();
        var batch = peer.Batch("bob", 1, "one", "two");
        var client = peer.Connect(lone.Address);
        for (var i = 0; i < 3; i++)
        {
            using var stream = peer.Deliver(client);
            await stream.SendAsync(batch);
            await stream.SendAsync(batch);
            await stream.UntilStoredAsync(2);
        }

        Assert.Equal(["one", "two"], await lone.TextsFromAsync(peer.Name));
    }

    [Fact]
    public async Task A_message_is_shown_though_another_sender_used_its_id()
    {
        using var first = await NewPeerAsync();
        using var second = await NewPeerAsync();
        var batch = first.Batch("bob", 1, "mine");
        using (var stream = first.Deliver(first.Connect(lone.Address)))
        {
            await stream.SendAsync(batch);
            await stream.UntilStoredAsync(1);
        }

        var copy = second.Batch("bob", 1, "mine too");
        copy.Messages[0].Id = batch.Messages[0].Id;
        using (var stream = second.Deliver(second.Connect(lone.Address)))
        {
            await stream.SendAsync(copy);
            await stream.UntilStoredAsync(1);
        }

        Assert.Equal(["mine"], await lone.TextsFromAsync(first.Name));
        Assert.Equal(["mine too"], await lone.TextsFromAsync(second.Name));
    }

    [Fact]
    public async Task The_first_receipt_says_what_was_read_before_any_batch()
    {
        using var peer = await NewPeerAsync();
        var client = peer.Connect(lone.Address);
        using (var stream = peer.Deliver(client))
        {
            Assert.Equal((0ul, 0ul), Parts(await stream.NextReceiptAsync()));
            await stream.SendAsync(peer.Batch("bob", 1, "one", "two"));
            await stream.UntilStoredAsync(2);
            await lone.Bob.Api.MarkReadAsync(peer.Name);
            Assert.Equal((0ul, 2ul), Parts(await stream.NextReceiptAsync()));
        }

        using var later = peer.Deliver(client);
        Assert.Equal((0ul, 2ul), Parts(await later.NextReceiptAsync()));

        static (ulong, ulong) Parts(Receipt receipt) => (receipt.StoredThrough, receipt.ReadThrough);
    }

    [Fact]
    public async Task A_second_stream_replaces_the_first_and_loses_nothing()
    {
        using var peer = await NewPeerAsync();
        var client = peer.Connect(lone.Address);
        using var first = peer.Deliver(client);
        await first.SendAsync(peer.Batch("bob", 1, "one"));
        await first.UntilStoredAsync(1);

        using var second = peer.Deliver(client);
        await second.SendAsync(peer.Batch("bob", 2, "two"));
        await second.UntilStoredAsync(2);
        await first.EndAsync().DefaultTimeout();
        await second.SendAsync(peer.Batch("bob", 3, "three"));
        await second.UntilStoredAsync(3);
        Assert.Equal(["one", "two", "three"], await lone.TextsFromAsync(peer.Name));
    }

    [Fact]
    public async Task A_completed_stream_ends_after_its_last_receipt()
    {
        using var peer = await NewPeerAsync();
        using var stream = peer.Deliver(peer.Connect(lone.Address));
        await stream.SendAsync(peer.Batch("bob", 1, "bye"));
        await stream.CompleteAsync();

        await stream.UntilStoredAsync(1);
        Assert.Equal(StatusCode.OK, (await stream.EndAsync()).StatusCode);
    }

    private async Task<RawPeer> NewPeerAsync()
    {
        var peer = new RawPeer($"r{Interlocked.Increment(ref _names)}");
        await peer.ClaimAsync(lone.Redis);
        return peer;
    }

    private async Task AssertGoodMessageArrivesAsync(RawPeer peer, PeerChat.PeerChatClient client, IEnumerable<string> expected)
    {
        using var stream = peer.Deliver(client);
        await stream.SendAsync(peer.Batch("bob", 2, "after"));
        await stream.UntilStoredAsync(2);
        Assert.Equal(expected, await lone.TextsFromAsync(peer.Name));
    }

    private static MessageList With(MessageList list, Action<MessageList> change)
    {
        change(list);
        return list;
    }
}
