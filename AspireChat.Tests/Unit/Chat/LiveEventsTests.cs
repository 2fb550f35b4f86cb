using AspireChat.Client.Chat;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Chat;

public sealed class LiveEventsTests
{
    [Fact]
    public async Task The_number_of_watchers_is_limited_and_a_leaving_watcher_makes_room()
    {
        var events = new LiveEvents();
        using var leave = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var leaving = events.Watch(leave.Token).GetAsyncEnumerator(leave.Token);
        var next = leaving.MoveNextAsync().AsTask();
        for (var i = 1; i < 64; i++)
        {
            events.Watch(Cancellation);
        }

        Assert.Equal(ChatFault.Unavailable, Assert.Throws<ChatException>(() => events.Watch(Cancellation)).Fault);
        await leave.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next);
        events.Watch(Cancellation);
        Assert.Throws<ChatException>(() => events.Watch(Cancellation));
    }

    [Fact]
    public async Task A_watcher_with_too_many_waiting_bytes_is_cut_off()
    {
        var events = new LiveEvents();
        var slow = events.Watch(Cancellation);
        var message = new ChatMessage(
            Guid.NewGuid(), "bob", Conversation.With("bob"), IsOwn: false, 1, new string('x', 16_384), DateTimeOffset.UnixEpoch, MessageState.Delivered);
        for (var i = 0; i < 600; i++)
        {
            events.Publish(new MessageEvent(message));
        }

        var seen = 0;
        await Assert.ThrowsAsync<ChatException>(async () =>
        {
            await foreach (var _ in slow)
            {
                seen++;
            }
        }).DefaultTimeout();
        Assert.InRange(seen, 100, 512);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_watcher_sees_what_is_published_after_it_began_to_watch()
    {
        var events = new LiveEvents();
        events.Publish(Event(0));
        var watched = events.Watch(Cancellation);
        events.Publish(Event(1));
        events.Publish(Event(2));

        Assert.Equal([Event(1), Event(2)], await TakeAsync(watched, 2));
    }

    [Fact]
    public async Task Every_watcher_sees_every_event()
    {
        var events = new LiveEvents();
        var first = events.Watch(Cancellation);
        var second = events.Watch(Cancellation);
        events.Publish(Event(1));

        Assert.Equal([Event(1)], await TakeAsync(first, 1));
        Assert.Equal([Event(1)], await TakeAsync(second, 1));
    }

    [Fact]
    public async Task A_slow_watcher_gets_the_kept_events_and_then_the_reason()
    {
        var events = new LiveEvents();
        var slow = events.Watch(Cancellation);
        for (var i = 0; i < LiveEvents.QueueLength + 10; i++)
        {
            events.Publish(Event(i));
        }

        var quick = events.Watch(Cancellation);
        events.Publish(Event(-1));

        var seen = new List<ChatEvent>();
        var fell = await Assert.ThrowsAsync<ChatException>(async () =>
        {
            await foreach (var happened in slow)
            {
                seen.Add(happened);
            }
        }).DefaultTimeout();
        Assert.Equal(ChatFault.Unavailable, fell.Fault);
        Assert.Equal(Enumerable.Range(0, LiveEvents.QueueLength).Select(Event), seen);

        // The other watchers continue.
        Assert.Equal([Event(-1)], await TakeAsync(quick, 1));
    }

    [Fact]
    public async Task Watching_ends_with_its_cancellation()
    {
        var events = new LiveEvents();
        using var stop = new CancellationTokenSource();
        var next = events.Watch(stop.Token).GetAsyncEnumerator(Cancellation).MoveNextAsync().AsTask();
        await stop.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => next).DefaultTimeout();
    }

    [Fact]
    public async Task Only_a_new_state_or_detail_of_a_connection_is_an_event()
    {
        var events = new LiveEvents();
        var states = new ConnectionStates(events);
        var watched = events.Watch(Cancellation);
        states.Set("redis", ConnectionStates.Connecting);
        states.Set("redis", ConnectionStates.Connected);
        states.Set("redis", ConnectionStates.Connected);
        states.Set("rabbitmq", "refusing", "one");
        states.Set("rabbitmq", "refusing", "one");
        states.Set("rabbitmq", "refusing", "one two");
        states.Set("rabbitmq", "refusing", "two");
        states.Set("rabbitmq", ConnectionStates.Connected);
        states.Set("rabbitmq", "refusing", "two");

        Assert.Equal(
            [
                new ConnectionEvent("redis", "connecting"),
                new ConnectionEvent("redis", "connected"),
                new ConnectionEvent("rabbitmq", "refusing", "one"),
                new ConnectionEvent("rabbitmq", "refusing", "one two"),
                new ConnectionEvent("rabbitmq", "refusing", "two"),
                new ConnectionEvent("rabbitmq", "connected"),
                new ConnectionEvent("rabbitmq", "refusing", "two"),
            ],
            await TakeAsync(watched, 7));
        Assert.Equal(
            [
                KeyValuePair.Create("rabbitmq", new ConnectionState("refusing", "two")),
                KeyValuePair.Create("redis", new ConnectionState("connected", null)),
            ],
            states.Snapshot());
    }

    private static ChatEvent Event(int number) => new PresenceEvent($"user{number}", IsOnline: true);

    private static async Task<List<ChatEvent>> TakeAsync(LiveEvents.Watcher events, int count)
    {
        var taken = new List<ChatEvent>();
        await using var reader = events.GetAsyncEnumerator(Cancellation);
        while (taken.Count < count && await reader.MoveNextAsync().AsTask().DefaultTimeout())
        {
            taken.Add(reader.Current);
        }

        return taken;
    }
}
