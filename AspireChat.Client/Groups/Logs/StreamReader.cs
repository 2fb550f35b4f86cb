using System.Globalization;
using AspireChat.Client.Faults;
using AspireChat.Client.Messaging;
using RabbitMQ.Client;

namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Reads a stream of RabbitMQ from this member's own offset. It asks for the entry at that offset once more: if another one comes, or
/// none, the stream is not the one that was read, and is read from its first entry; what is stored already is dropped by its id.
/// </summary>
internal sealed class StreamReader : ILogReader
{
    private const string Offset = "x-stream-offset";

    // A stream that has entries delivers within some milliseconds. If it took longer, a few more are read than need be.
    private static readonly TimeSpan FirstPatience = TimeSpan.FromMilliseconds(250);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly LogCursor _cursor;
    private readonly GroupInbox _inbox;
    private readonly BrokerConsumer _consumer;
    private readonly Func<Task> _ask;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Bell _attached = new();
    private readonly Bell _delivered = new();
    private readonly Turn _turn = new();

    // The entry that must come first; null once it has, or if none must.
    private LogPosition? _awaited;
    private bool _isStale;
    private long _attempt;
    private long _skipThrough;

    /// <param name="group">The group.</param>
    /// <param name="cursor">Where this member stands.</param>
    /// <param name="inbox">Stores what comes.</param>
    /// <param name="broker">Makes the consumer.</param>
    /// <param name="declare">Declares the stream and returns its name.</param>
    /// <param name="ask">Asks the broker whether the stream is there.</param>
    /// <param name="time">The clock.</param>
    public StreamReader(
        string group,
        LogCursor cursor,
        GroupInbox inbox,
        GroupBroker broker,
        Func<IChannel, CancellationToken, Task<string>> declare,
        Func<IChannel, CancellationToken, Task> ask,
        TimeProvider time)
    {
        (_cursor, _inbox, _time) = (cursor, inbox, time);
        _ask = () => broker.KeepAsync(group, Patience, ask);
        _consumer = broker.Consumer(group, declare, HandleAsync, outlivesConnection: true, Attach);
    }

    /// <inheritdoc/>
    public Task Reading => _reading.Task;

    /// <summary>None of its own: the state of the connection says what RabbitMQ refuses.</summary>
    public string? Refusal => null;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(_consumer.RunAsync(stopping), SettleAsync(stopping), WatchAsync(stopping));

    // Where the next consumption begins.
    private Dictionary<string, object?> Attach()
    {
        _cursor.Load();
        _awaited = _cursor.Position;
        _skipThrough = -1;
        _isStale = false;
        Interlocked.Increment(ref _attempt);
        _attached.Ring();
        return new Dictionary<string, object?>
        {
            [Offset] = _awaited is { } entry ? long.Parse(entry.At, CultureInfo.InvariantCulture) : _cursor.IsSettled ? "first" : "last",
        };
    }

    private Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken round) => _turn.RunAsync(async () =>
    {
        var entries = new List<Delivery>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            var offset = delivery.Properties.Headers?[Offset] is long number
                ? number
                : throw new FormatException("A delivery of a stream has no offset.");
            if (_awaited is not null)
            {
                await MeetAsync(offset, delivery);
            }

            // An acknowledgement only asks for more, so nothing of another stream is lost by dropping it here.
            if (_isStale)
            {
                return;
            }

            if (offset > _skipThrough)
            {
                entries.Add(delivery with { Step = _cursor.Next($"{offset}", delivery.Body.Span) });
            }
        }

        await _inbox.HandleAsync(entries, round);
        foreach (var delivery in deliveries)
        {
            _cursor.Handled($"{delivery.Properties.Headers![Offset]}");
        }

        _delivered.Ring();
    });

    // The first delivery should be the entry that was read last.
    private async Task MeetAsync(long offset, Delivery delivery)
    {
        var entry = _awaited!.Value;
        var at = long.Parse(entry.At, CultureInfo.InvariantCulture);
        if (offset == at && LogPosition.Of(entry.At, delivery.Body.Span) == entry)
        {
            _skipThrough = at;
        }
        else
        {
            await _cursor.RestartAsync();
            _cursor.Load();

            // A later entry is the first one that is kept; any other is in the middle of another stream.
            _isStale = offset <= at;
            if (_isStale)
            {
                _consumer.StartOver();
            }
        }

        _awaited = null;
    }

    // A new member begins at the end of the stream, which is where its last entries are delivered from.
    private async Task SettleAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), Patience);
        while (!_reading.Task.IsCompleted)
        {
            try
            {
                await _consumer.Consuming.WaitAsync(stopping);
                if (!_cursor.IsSettled && !await _delivered.WaitAsync(FirstPatience, _time, stopping))
                {
                    await _cursor.SettleAsync(behind: null);
                }

                _reading.TrySetResult();
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // The member leaves before it has entered.
                return;
            }
            catch (Exception)
            {
                // The disk may be full. The user who joins is told that it takes too long.
                await Task.Delay(backoff.Next(), _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // A stream that was made anew and has fewer entries than this member had read delivers nothing at that offset.
    private async Task WatchAsync(CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await _attached.WaitAsync(stopping);
                var attempt = Interlocked.Read(ref _attempt);
                await Task.Delay(Patience, _time, stopping);
                if (_awaited is not null && attempt == Interlocked.Read(ref _attempt))
                {
                    // A broker that is away, frozen or slow is no other stream: it must answer, and still deliver nothing.
                    await _ask();
                    await _turn.RunAsync(() => RestartIfSilentAsync(attempt));
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception)
            {
                // It did not answer. The consumer starts over when it is back, or is watched again.
                _attached.Ring();
            }
        }
    }

    private async Task RestartIfSilentAsync(long attempt)
    {
        if (_awaited is null || attempt != Interlocked.Read(ref _attempt))
        {
            return;
        }

        if (!_consumer.IsConsuming)
        {
            // It has not begun yet, or is over.
            _attached.Ring();
            return;
        }

        await _cursor.RestartAsync();
        _consumer.StartOver();
    }
}
