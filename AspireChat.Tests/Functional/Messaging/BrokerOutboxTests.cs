using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.Messaging;
using AspireChat.Client.Wire;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

public sealed class BrokerOutboxTests(SharedRabbitMq broker) : IAsyncDisposable
{
    private static readonly Conversation Chess = Conversation.Of("chess");

    private readonly LocalStore _store = new();
    private readonly TestPeer _alice = new("alice");
    private readonly LiveEvents _events = new();
    private readonly CancellationTokenSource _stop = new();
    private Task _running = Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
        await _store.DisposeAsync();
        _alice.Dispose();
    }

    [Theory]
    [InlineData(MessageListCodec.MaxMessages, 3)]
    [InlineData(1, 150)]
    public async Task What_is_waiting_leaves_in_batches_as_large_as_they_may_be(int maxBatch, int publishes)
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        await AppendAsync(150);
        var outbox = Run(stand, BrokerStand.Queue, maxBatch);
        await UntilConfirmedAsync(150);
        Assert.Equal((uint)publishes, await stand.CountAsync());

        // All of it, once and in order.
        var seqs = new List<long>();
        for (var i = 0; i < publishes; i++)
        {
            var got = await stand.Channel.BasicGetAsync(BrokerStand.Queue, autoAck: true, TestContext.Current.CancellationToken);
            seqs.AddRange(SignedBatch.Open(got!.Body, Chess).Messages.Select(message => message.Seq));
        }

        Assert.Equal(Enumerable.Range(1, 150).Select(i => (long)i), seqs);

        // One that comes later leaves at once, alone.
        await AppendAsync(1);
        outbox.Wake();
        await UntilConfirmedAsync(151);
        Assert.Equal(1u, await stand.CountAsync());
    }

    [Fact]
    public async Task What_reaches_no_queue_is_not_confirmed_and_is_sent_until_it_does()
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        await AppendAsync(3);
        var declared = 0;
        Run(stand, "missing", declare: () => Interlocked.Increment(ref declared));
        await Until.True("it was tried again and again", () => Volatile.Read(ref declared) > 3);
        Assert.Equal(3, _store.Messages.ReadOutbox(Chess, 0, 10, 10_000).Count);

        await stand.Channel.QueueDeclareAsync(
            "missing", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await UntilConfirmedAsync(3);
        Assert.Equal(1u, (await stand.Channel.QueueDeclarePassiveAsync("missing")).MessageCount);
    }

    [Fact]
    public async Task What_the_broker_refuses_is_sent_again_when_there_is_room()
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        await stand.Channel.QueueDeclareAsync(
            "small",
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "classic", ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" });
        await AppendAsync(4);
        Run(stand, "small", maxBatch: 1);

        // One at a time fits; each is there once it is taken out, and never more than once confirmed.
        var seqs = new List<long>();
        await Until.True("all have come", async () =>
        {
            if (await stand.Channel.BasicGetAsync("small", autoAck: true) is { } got)
            {
                seqs.Add(SignedBatch.Open(got.Body, Chess).Messages.Single().Seq);
            }

            return seqs.Contains(4) && _store.Messages.ReadOutbox(Chess, 0, 10, 10_000).Count == 0;
        });

        // All four were under way together: one that is refused may come after the next, which was taken.
        Assert.Equal([1, 2, 3, 4], seqs.Distinct().Order());
    }

    [Fact]
    public async Task A_lost_connection_costs_nothing_but_time()
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        var outbox = Run(stand, BrokerStand.Queue);
        for (var round = 1; round <= 5; round++)
        {
            await AppendAsync(100);
            outbox.Wake();
            await stand.DropConnectionAsync();
            await AppendAsync(100);
            outbox.Wake();
        }

        await UntilConfirmedAsync(1_000);

        // What left twice is there twice; without that it is all there, in order.
        var seqs = new List<long>();
        while (await stand.Channel.BasicGetAsync(BrokerStand.Queue, autoAck: true, TestContext.Current.CancellationToken) is { } got)
        {
            seqs.AddRange(SignedBatch.Open(got.Body, Chess).Messages.Select(message => message.Seq));
        }

        Assert.Equal(Enumerable.Range(1, 1_000).Select(i => (long)i), seqs.Distinct());
    }

    [Fact]
    public async Task States_are_told_in_order_and_once()
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        var watching = _events.Watch(_stop.Token);
        var ids = await AppendAsync(200);
        Run(stand, BrokerStand.Queue, maxBatch: 1);
        await UntilConfirmedAsync(200);

        var told = new List<Guid>();
        await foreach (var happened in watching)
        {
            var state = Assert.IsType<StateEvent>(happened);
            Assert.Equal((Chess, MessageState.Confirmed), (state.Conversation, state.State));
            told.Add(state.Id);
            if (told.Count == ids.Count)
            {
                break;
            }
        }

        Assert.Equal(ids, told);
    }

    [Fact]
    public async Task What_is_told_as_confirmed_is_on_disk_as_confirmed()
    {
        await using var stand = await BrokerStand.StartAsync(await broker.CreateVirtualHostAsync());
        await AppendAsync(20);
        var told = new ConcurrentQueue<(long Through, long OnDisk)>();
        Run(stand, BrokerStand.Queue, maxBatch: 1, onConfirmed: through => told.Enqueue((through, _store.Messages.LastConfirmed(Chess))));
        await UntilConfirmedAsync(20);
        await Until.Equal("all of it is told", 20L, () => Task.FromResult(told.Last().Through));
        Assert.All(told, one => Assert.Equal(one.Through, one.OnDisk));
    }

    private async Task<IReadOnlyList<Guid>> AppendAsync(int count)
    {
        var appended = await Task.WhenAll(Enumerable.Range(0, count).Select(i => _store.Messages.AppendOwnAsync(Chess, $"{i}", null)));
        return [.. appended.OrderBy(message => message.Seq).Select(message => message.Id)];
    }

    private BrokerOutbox Run(
        BrokerStand stand,
        string queue,
        int maxBatch = MessageListCodec.MaxMessages,
        Action? declare = null,
        Action<long>? onConfirmed = null)
    {
        var outbox = new BrokerOutbox(
            Chess,
            new OutboxRoute(
                Exchange: "",
                queue,
                IsPersistent: true,
                MessageState.Confirmed,
                (_, _) =>
                {
                    declare?.Invoke();
                    return Task.CompletedTask;
                },
                maxBatch,
                OnConfirmed: onConfirmed),
            stand.Broker,
            _store.Messages,
            _alice.Peer,
            _events,
            BrokerStand.Eager,
            TimeProvider.System,
            NullLogger.Instance);
        _running = outbox.RunAsync(_stop.Token);
        return outbox;
    }

    private Task UntilConfirmedAsync(int count) => Until.Equal(
        $"{count} are confirmed",
        count,
        () => Task.FromResult(_store.Messages.ReadPage(Chess, 10_000, null).Count(message => message.State == MessageState.Confirmed)));
}
