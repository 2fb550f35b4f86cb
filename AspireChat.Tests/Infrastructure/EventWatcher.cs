using System.Net.ServerSentEvents;
using System.Text.Json;
using System.Threading.Channels;
using Xunit;

namespace AspireChat.Tests.Infrastructure;

/// <summary>One server-sent event.</summary>
/// <param name="Type">Its name, for example <c>message</c>.</param>
/// <param name="Data">Its data.</param>
public sealed record ApiEvent(string Type, JsonElement Data)
{
    /// <summary>A text in its data, or null.</summary>
    public string? Text(string property) =>
        Data.TryGetProperty(property, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    public override string ToString() => $"{Type} {Data.GetRawText()}";
}

/// <summary>Reads a client's <c>GET /api/events</c>: everything that happened after <see cref="StartAsync"/> returned.</summary>
public sealed class EventWatcher : IAsyncDisposable
{
    private readonly Channel<ApiEvent> _events = Channel.CreateUnbounded<ApiEvent>();
    private readonly List<ApiEvent> _seen = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpResponseMessage _response;
    private readonly Task _reading;

    private EventWatcher(HttpResponseMessage response, Stream stream)
    {
        _response = response;
        _reading = ReadAsync(stream);
    }

    /// <summary>Subscribes; returns once the client has answered.</summary>
    public static async Task<EventWatcher> StartAsync(HttpClient http)
    {
        var response = await http
            .GetAsync("/api/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken)
            .DefaultTimeout();
        response.EnsureSuccessStatusCode();
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        return new EventWatcher(response, await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>Completes when the client has ended the stream.</summary>
    public Task Ended => _reading;

    /// <summary>Waits for the next event that matches; those before it are kept for <see cref="Seen"/> only.</summary>
    /// <param name="what">What is awaited, for the failure.</param>
    /// <param name="matches">Which one.</param>
    /// <param name="deadline">How long at most; <see cref="Until.Patience"/> if null.</param>
    public async Task<ApiEvent> NextAsync(string what, Func<ApiEvent, bool> matches, TimeSpan? deadline = null)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(deadline ?? Until.Patience);
        try
        {
            await foreach (var happened in _events.Reader.ReadAllAsync(patience.Token))
            {
                _seen.Add(happened);
                if (matches(happened))
                {
                    return happened;
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

    /// <summary>Waits for the next event of a type that matches.</summary>
    public Task<ApiEvent> NextAsync(string type, TimeSpan? deadline = null) =>
        NextAsync($"an event '{type}'", happened => happened.Type == type, deadline);

    /// <summary>All events so far, those not awaited included.</summary>
    public IReadOnlyList<ApiEvent> Seen()
    {
        while (_events.Reader.TryRead(out var happened))
        {
            _seen.Add(happened);
        }

        return _seen;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _response.Dispose();
        await _reading;
        _stop.Dispose();
    }

    private async Task ReadAsync(Stream stream)
    {
        try
        {
            await foreach (var item in SseParser.Create(stream).EnumerateAsync(_stop.Token))
            {
                _events.Writer.TryWrite(new ApiEvent(item.EventType, JsonSerializer.Deserialize<JsonElement>(item.Data)));
            }

            _events.Writer.TryComplete();
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException or ObjectDisposedException)
        {
            // The client was killed or the test is over: the end of the stream.
            _events.Writer.TryComplete();
        }
    }
}
