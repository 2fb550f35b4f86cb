using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using AspireChat.Client.Chat;
using AspireChat.Client.Session;
using Microsoft.AspNetCore.Http.Features;

namespace AspireChat.Client.Api;

/// <summary>
/// <c>GET /api/events</c>: all events from now on, as server-sent events
/// (https://html.spec.whatwg.org/multipage/server-sent-events.html), each with a name and JSON data.
/// </summary>
/// <remarks>
/// The response starts once the events are watched, so a caller sees the effects of all it does afterwards. A comment every
/// <see cref="KeepAlive"/> keeps proxies from ending a silent stream. For a caller that reads too slowly the stream ends
/// with an event <c>error</c>.
/// </remarks>
internal sealed class EventStream(ChatSession session, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>The silence after which a comment is sent.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private const int MaxUnflushedBytes = 64 * 1024;

    /// <summary>Writes events until the caller disconnects or this client stops.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        // An open stream would block the shutdown.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);

        // Called before the response starts, since a refusal needs its own status.
        var watching = session.Watch(end.Token);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        try
        {
            await WriteEventsAsync(context.Response, watching, end);
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // Every stream ends this way.
        }
        catch (ChatException e)
        {
            Write(context.Response.BodyWriter, LiveEvent.Of(new StreamEnd(e.Message)));
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
        }
    }

    private async Task WriteEventsAsync(HttpResponse response, IAsyncEnumerable<ChatEvent> watching, CancellationTokenSource end)
    {
        await using var events = watching.GetAsyncEnumerator(end.Token);
        var next = events.MoveNextAsync().AsTask();
        try
        {
            await response.StartAsync(end.Token);
            response.BodyWriter.Write(": watching\n\n"u8);
            while (true)
            {
                // A burst is sent together: flushed when no more events wait or the buffer is large.
                if (!next.IsCompleted || response.BodyWriter.UnflushedBytes > MaxUnflushedBytes)
                {
                    await response.BodyWriter.FlushAsync(end.Token);
                    await StayAliveUntilAsync(next, response.BodyWriter, end.Token);
                }

                if (!await next)
                {
                    return;
                }

                Write(response.BodyWriter, LiveEvent.Of(Shown.Event(events.Current, session.Name)));
                next = events.MoveNextAsync().AsTask();
            }
        }
        finally
        {
            // An enumerator must not be disposed during a move.
            await end.CancelAsync();
            await ((Task)next).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StayAliveUntilAsync(Task next, PipeWriter body, CancellationToken end)
    {
        while (!await IsOverAsync(next))
        {
            body.Write(": still here\n\n"u8);
            await body.FlushAsync(end);
        }
    }

    // Its outcome is the caller's. It may come at the very moment at which the waiting ends.
    private async Task<bool> IsOverAsync(Task next)
    {
        await next.WaitAsync(KeepAlive, time, CancellationToken.None).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return next.IsCompleted;
    }

    private static void Write(PipeWriter body, LiveEvent happened)
    {
        Encoding.UTF8.GetBytes($"event: {happened.Name}\ndata: ", body);

        // The JSON contains no line breaks, so it fits into one data line.
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = LocalApiJson.Options.Encoder }))
        {
            JsonSerializer.Serialize(json, happened.Data, happened.Data!.GetType(), LocalApiJson.Options);
        }

        body.Write("\n\n"u8);
    }
}
