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
/// <see cref="KeepAlive"/> keeps proxies from ending a silent stream; a stream that waits allocates nothing. For a caller that
/// reads too slowly the stream ends with an event <c>error</c>.
/// </remarks>
internal sealed class EventStream(ChatSession session, IHostApplicationLifetime lifetime, TimeProvider time)
{
    /// <summary>The time between two comments, and so the longest silence.</summary>
    public static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    private const int MaxUnflushedBytes = 64 * 1024;

    /// <summary>Writes events until the caller disconnects or this client stops.</summary>
    public async Task WriteAsync(HttpContext context)
    {
        // An open stream would block the shutdown.
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, lifetime.ApplicationStopping);

        // Called before the response starts, since a refusal needs its own status.
        using var watcher = session.Watch(end.Token);
        context.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        context.Response.ContentType = "text/event-stream";
        try
        {
            await WriteEventsAsync(context.Response, watcher, end);
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

    private async Task WriteEventsAsync(HttpResponse response, LiveEvents.Watcher watcher, CancellationTokenSource end)
    {
        var body = response.BodyWriter;
        await response.StartAsync(end.Token);
        body.Write(": watching\n\n"u8);
        await body.FlushAsync(end.Token);

        using var writing = new SemaphoreSlim(1);
        var alive = StayAliveAsync(body, writing, end.Token);
        try
        {
            await foreach (var happened in watcher)
            {
                await writing.WaitAsync(end.Token);
                try
                {
                    Write(body, LiveEvent.Of(Shown.Event(happened, session.Name)));

                    // A burst is sent together.
                    if (!watcher.HasMore || body.UnflushedBytes > MaxUnflushedBytes)
                    {
                        await body.FlushAsync(end.Token);
                    }
                }
                finally
                {
                    writing.Release();
                }
            }
        }
        finally
        {
            await end.CancelAsync();
            await alive.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task StayAliveAsync(PipeWriter body, SemaphoreSlim writing, CancellationToken end)
    {
        using var timer = new PeriodicTimer(KeepAlive, time);
        while (await timer.WaitForNextTickAsync(end))
        {
            await writing.WaitAsync(end);
            try
            {
                body.Write(": still here\n\n"u8);
                await body.FlushAsync(end);
            }
            finally
            {
                writing.Release();
            }
        }
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
