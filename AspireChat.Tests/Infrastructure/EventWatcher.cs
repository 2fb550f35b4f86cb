using System.Threading.Channels;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>Watches a client's events and keeps the data of everything that happened after <see cref="StartAsync"/> returned.</summary>
public sealed class EventWatcher : IAsyncDisposable
{
    private readonly Channel<object> _events = Channel.CreateUnbounded<object>();
    private readonly List<object> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly LiveEventStream _stream;

    private EventWatcher(LiveEventStream stream)
    {
        _stream = stream;
        Ended = ReadAsync();
    }

    /// <summary>Completes when the client has ended the stream.</summary>
    public Task Ended { get; }

    /// <summary>Subscribes and returns once the client has answered.</summary>
    public static async Task<EventWatcher> StartAsync(HttpClient http) =>
        new(await new LocalApiClient(http).WatchAsync(TestContext.Current.CancellationToken).DefaultTimeout());

    /// <summary>Waits for the next event with matching data; earlier ones are kept for <see cref="Seen{T}"/> only.</summary>
    /// <param name="what">What is awaited, for the message of a failure.</param>
    /// <param name="matches">Whether the data is the awaited one.</param>
    /// <param name="deadline">The longest wait; <see cref="Until.Patience"/> if null.</param>
    public async Task<T> NextAsync<T>(string what, Func<T, bool> matches, TimeSpan? deadline = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(deadline ?? Until.Patience);
        try
        {
            await foreach (var happened in _events.Reader.ReadAllAsync(patience.Token))
            {
                _seen.Add(happened);
                if (happened is T data && matches(data))
                {
                    return data;
                }
            }
        }
        catch (OperationCanceledException) when (!TestContext.Current.CancellationToken.IsCancellationRequested)
        {
            throw new TimeoutException(
                $"No event in {(deadline ?? Until.Patience).TotalSeconds:0.#} s: {what}. Seen:\n{string.Join('\n', _seen.TakeLast(50))}");
        }

        throw new TimeoutException($"The stream ended before: {what}. Seen:\n{string.Join('\n', _seen.TakeLast(50))}");
    }

    /// <summary>Waits for the next event with data of this type.</summary>
    public Task<T> NextAsync<T>() => NextAsync<T>($"a {typeof(T).Name}", _ => true);

    /// <summary>The data of this type in all events so far, also of those not awaited.</summary>
    public IEnumerable<T> Seen<T>()
    {
        while (_events.Reader.TryRead(out var happened))
        {
            _seen.Add(happened);
        }

        return _seen.OfType<T>();
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Ended;
        await _stream.DisposeAsync();
        _stop.Dispose();
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var happened in _stream.ReadAllAsync(_stop.Token))
            {
                _events.Writer.TryWrite(happened.Data ?? throw new InvalidOperationException($"Unknown event '{happened.Name}'."));
            }

            _events.Writer.TryComplete();
        }
        catch (OperationCanceledException)
        {
            // The test is over and with it the stream.
            _events.Writer.TryComplete();
        }
        catch (InvalidOperationException e)
        {
            _events.Writer.TryComplete(e);
        }
    }
}
