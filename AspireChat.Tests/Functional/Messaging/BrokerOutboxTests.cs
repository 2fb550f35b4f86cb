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
    public async Task Waiting_messages_leave_in_batches_as_large_as_allowed(int maxBatch, int publishes)
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await AppendAsync(150);
        var outbox = Run(bench, BrokerBench.Queue, maxBatch);
        await UntilConfirmedAsync(150);
        Assert.Equal((uint)publishes, await bench.CountAsync());

        // Every message came once and in order.
        var seqs = new List<long>();
        for (var i = 0; i < publishes; i++)
        {
            var got = await bench.Channel.BasicGetAsync(BrokerBench.Queue, autoAck: true, TestContext.Current.CancellationToken);
            seqs.AddRange(SignedBatch.Open(got!.Body, Chess).Messages.Select(message => message.Seq));
        }

        Assert.Equal(Enumerable.Range(1, 150).Select(i => (long)i), seqs);

        // A later message leaves at once, alone.
        await AppendAsync(1);
        outbox.Wake();
        await UntilConfirmedAsync(151);
        Assert.Equal(1u, await bench.CountAsync());
    }

    [Fact]
    public async Task A_message_that_reaches_no_queue_is_sent_until_it_does()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await AppendAsync(3);
        var declared = 0;
        Run(bench, "missing", declare: () => Interlocked.Increment(ref declared));
        await Until.True("the outbox has tried more than three times", () => Volatile.Read(ref declared) > 3);
        Assert.Equal(3, _store.Messages.ReadOutbox(Chess, 0, 10, 10_000).Count);

        await bench.Channel.QueueDeclareAsync(
            "missing", durable: true, exclusive: false, autoDelete: false, new Dictionary<string, object?> { ["x-queue-type"] = "quorum" });
        await UntilConfirmedAsync(3);
        Assert.Equal(1u, (await bench.Channel.QueueDeclarePassiveAsync("missing")).MessageCount);
    }

    [Fact]
    public async Task A_message_that_a_full_queue_refuses_is_sent_again()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await bench.Channel.QueueDeclareAsync(
            "small",
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "classic", ["x-max-length"] = 1, ["x-overflow"] = "reject-publish" });
        await AppendAsync(4);
        Run(bench, "small", maxBatch: 1);

        // The queue holds one message at a time; each comes in turn, and none is confirmed twice.
        var seqs = new List<long>();
        await Until.True("all messages have come", async () =>
        {
            if (await bench.Channel.BasicGetAsync("small", autoAck: true) is { } got)
            {
                seqs.Add(SignedBatch.Open(got.Body, Chess).Messages.Single().Seq);
            }

            return seqs.Contains(4) && _store.Messages.ReadOutbox(Chess, 0, 10, 10_000).Count == 0;
        });

        // All four were under way together, so a refused one may come after the next, which was taken.
        Assert.Equal([1, 2, 3, 4], seqs.Distinct().Order());
    }

    [Fact]
    public async Task A_lost_connection_loses_no_message()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        var outbox = Run(bench, BrokerBench.Queue);
        for (var round = 1; round <= 5; round++)
        {
            await AppendAsync(100);
            outbox.Wake();
            await bench.DropConnectionAsync();
            await AppendAsync(100);
            outbox.Wake();
        }

        await UntilConfirmedAsync(1_000);

        // Messages may come twice; without the repetitions all are there, in order.
        var seqs = new List<long>();
        while (await bench.Channel.BasicGetAsync(BrokerBench.Queue, autoAck: true, TestContext.Current.CancellationToken) is { } got)
        {
            seqs.AddRange(SignedBatch.Open(got.Body, Chess).Messages.Select(message => message.Seq));
        }

        Assert.Equal(Enumerable.Range(1, 1_000).Select(i => (long)i), seqs.Distinct());
    }

    [Fact]
    public async Task States_are_reported_once_and_in_order()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        var watching = _events.Watch(_stop.Token);
        var ids = await AppendAsync(200);
        Run(bench, BrokerBench.Queue, maxBatch: 1);
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
    public async Task A_message_reported_as_confirmed_is_stored_as_confirmed()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        await AppendAsync(20);
        var told = new ConcurrentQueue<(long Through, long OnDisk)>();
        Run(bench, BrokerBench.Queue, maxBatch: 1, onConfirmed: through => told.Enqueue((through, _store.Messages.LastConfirmed(Chess))));
        await UntilConfirmedAsync(20);
        await Until.Equal("all 20 messages are reported", 20L, () => Task.FromResult(told.Last().Through));
        Assert.All(told, one => Assert.Equal(one.Through, one.OnDisk));
    }

    [Fact]
    public async Task A_queue_is_not_declared_while_its_consumer_declares_it()
    {
        await using var bench = await BrokerBench.StartAsync(await broker.CreateVirtualHostAsync());
        var isDeclaring = new TaskCompletionSource();
        var mayGoOn = new TaskCompletionSource();
        var consumer = new BrokerConsumer(
            bench.Broker,
            BrokerFaults.NameOf(Chess),
            async (channel, end) =>
            {
                isDeclaring.TrySetResult();
                await mayGoOn.Task.WaitAsync(end);
                return await BrokerBench.DeclareAsync(channel, end);
            },
            (_, _) => Task.CompletedTask,
            prefetch: 100,
            outlivesConnection: true,
            BrokerBench.Eager,
            TimeProvider.System,
            NullLogger.Instance);
        var consuming = consumer.RunAsync(_stop.Token);
        await isDeclaring.Task.DefaultTimeout();

        await AppendAsync(1);
        var declared = 0;
        Run(bench, BrokerBench.Queue, declare: () => Interlocked.Increment(ref declared));
        _running = Task.WhenAll(_running, consuming);

        // The outbox has its channel by now: this one was asked for later.
        await bench.Broker.UseChannelAsync(channel => channel.QueueDeclarePassiveAsync(BrokerBench.Queue), TestContext.Current.CancellationToken);
        Assert.Equal(0, Volatile.Read(ref declared));

        mayGoOn.SetResult();
        await UntilConfirmedAsync(1);
        Assert.Equal(1, declared);
    }

    private async Task<IReadOnlyList<Guid>> AppendAsync(int count)
    {
        var appended = await Task.WhenAll(Enumerable.Range(0, count).Select(i => _store.Messages.AppendOwnAsync(Chess, $"{i}", null)));
        return [.. appended.OrderBy(message => message.Seq).Select(message => message.Id)];
    }

    private BrokerOutbox Run(
        BrokerBench bench,
        string queue,
        int maxBatch = MessageListCodec.MaxMessages,
        Action? declare = null,
        Action<long>? onConfirmed = null)
    {
        var outbox = new BrokerOutbox(
            Chess,
            new OutboxRoute(
                Exchange: "",
                _ => queue,
                IsPersistent: true,
                MessageState.Confirmed,
                (_, _) =>
                {
                    declare?.Invoke();
                    return Task.CompletedTask;
                },
                maxBatch,
                OnConfirmed: onConfirmed),
            bench.Broker,
            _store.Messages,
            _alice.Peer,
            _events,
            BrokerBench.Eager,
            TimeProvider.System,
            NullLogger.Instance);
        _running = outbox.RunAsync(_stop.Token);
        return outbox;
    }

    private Task UntilConfirmedAsync(int count) => Until.Equal(
        $"{count} messages are confirmed",
        count,
        () => Task.FromResult(_store.Messages.ReadPage(Chess, 10_000, null).Count(message => message.State == MessageState.Confirmed)));
}
