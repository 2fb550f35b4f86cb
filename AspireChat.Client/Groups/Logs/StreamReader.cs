using System.Globalization;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
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

    private readonly string _group;
    private readonly LogCursor _cursor;
    private readonly GroupInbox _inbox;
    private readonly BrokerConsumer _consumer;
    private readonly MessageStore _store;
    private readonly LogNotices _notices;
    private readonly TimeProvider _time;
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Bell _attached = new();
    private readonly Bell _delivered = new();
    private readonly Lock _gate = new();
    private bool _isFromFirst;

    // The entry that must come first; null once it has, or if none must.
    private LogPosition? _awaited;
    private long _attempt;
    private long _skipThrough = -1;

    public StreamReader(
        string group,
        LogCursor cursor,
        GroupInbox inbox,
        GroupBroker broker,
        Func<IChannel, CancellationToken, Task<string>> declare,
        MessageStore store,
        LogNotices notices,
        TimeProvider time)
    {
        (_group, _cursor, _inbox, _store, _notices, _time) = (group, cursor, inbox, store, notices, time);
        _consumer = broker.Consumer(group, declare, HandleAsync, outlivesConnection: true, Attach);
    }

    /// <inheritdoc/>
    public Task Reading => _reading.Task;

    /// <inheritdoc/>
    public Task RunAsync(CancellationToken stopping) =>
        Task.WhenAll(_consumer.RunAsync(stopping), SettleAsync(stopping), WatchAsync(stopping));

    // Where the next consumption begins.
    private Dictionary<string, object?> Attach()
    {
        lock (_gate)
        {
            _cursor.Load();
            _attempt++;
            _skipThrough = -1;
            _awaited = _isFromFirst ? null : _cursor.Position;
            _attached.Ring();
            object from = _awaited is { } entry ? long.Parse(entry.At, CultureInfo.InvariantCulture) : _cursor.IsSettled ? "first" : "last";
            return new Dictionary<string, object?> { [Offset] = from };
        }
    }

    private async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken round)
    {
        var entries = new List<Delivery>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            var offset = delivery.Properties.Headers?[Offset] is long number ? number : throw new FormatException("A delivery of a stream has no offset.");
            if (IsExpected(offset, delivery))
            {
                entries.Add(delivery with { Step = _cursor.Next($"{offset}", delivery.Body.Span) });
            }
        }

        await _inbox.HandleAsync(entries, round);
        _cursor.Handled();
        _isFromFirst &= entries.Count == 0;
        _delivered.Ring();
    }

    // Returns false for the entry that was read before.
    private bool IsExpected(long offset, Delivery delivery)
    {
        lock (_gate)
        {
            if (_awaited is { } entry)
            {
                var at = long.Parse(entry.At, CultureInfo.InvariantCulture);
                if (offset == at && LogPosition.Of(entry.At, delivery.Body.Span) == entry)
                {
                    _skipThrough = at;
                }
                else if (offset <= at)
                {
                    ReadFromFirst();
                    throw new OperationCanceledException("The stream is another one.");
                }
                else
                {
                    // What was there is not kept any more, and this is the first entry.
                    _notices.ReadsFromBeginning(_group);
                }

                _awaited = null;
            }

            return offset > _skipThrough;
        }
    }

    // A new member begins at the end of the stream, which is where its last entries are delivered from.
    private async Task SettleAsync(CancellationToken stopping)
    {
        try
        {
            await _consumer.Consuming.WaitAsync(stopping);
            if (!_cursor.IsSettled && !await _delivered.WaitAsync(FirstPatience, _time, stopping) && !_cursor.IsSettledInStore)
            {
                await _store.StepAsync(_cursor.Start(MessageStore.Beginning));
            }

            _reading.TrySetResult();
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The member leaves before it has entered.
        }
    }

    // A stream that was made anew and has fewer entries than this member had read delivers nothing at that offset.
    private async Task WatchAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await _attached.WaitAsync(stopping);
                var attempt = Volatile.Read(ref _attempt);
                await Task.Delay(Patience, _time, stopping);
                lock (_gate)
                {
                    if (_awaited is not null && attempt == _attempt)
                    {
                        ReadFromFirst();
                    }
                }
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The member leaves.
        }
    }

    private void ReadFromFirst()
    {
        _isFromFirst = true;
        _notices.ReadsFromBeginning(_group);
        _consumer.StartOver();
    }
}
