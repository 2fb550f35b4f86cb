using System.Collections.Concurrent;
using System.Text.Json;
using System.Threading.Channels;

namespace AspireChat.Bench.Raw;

/// <summary>
/// The least web program: it is healthy, answers a message with its id, and tells the message to those who watch. It keeps
/// nothing and checks nothing.
/// </summary>
internal static class EmptyApp
{
    /// <summary>The argument before its address.</summary>
    public const string Switch = "--empty-app";

    /// <summary>Runs it until it is asked to stop.</summary>
    public static async Task<int> RunAsync(string address)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.Services.ConfigureHttpJsonOptions(json => LocalApiJson.Configure(json.SerializerOptions));
        await using var app = builder.Build();
        app.Urls.Add(address);

        var watchers = new ConcurrentDictionary<Channel<Message>, byte>();
        app.MapGet("/health", () => "Healthy");
        app.MapPost("/api/chats/{user}/messages", (string user, TextBody body) =>
        {
            var message = new Message(
                Guid.CreateVersion7(), "alice", new Destination(user, Group: null), body.Text!, DateTimeOffset.UtcNow, MessageState.Delivered);
            foreach (var (watcher, _) in watchers)
            {
                watcher.Writer.TryWrite(message);
            }

            return Results.Json(new SentMessage(message.Id, MessageState.Sending), statusCode: StatusCodes.Status202Accepted);
        });
        app.MapGet("/api/events", async context =>
        {
            var watcher = Channel.CreateUnbounded<Message>();
            watchers[watcher] = 0;
            context.Response.ContentType = "text/event-stream";
            await context.Response.WriteAsync(": watching\n\n");
            await context.Response.Body.FlushAsync();
            await foreach (var message in watcher.Reader.ReadAllAsync(context.RequestAborted))
            {
                await context.Response.WriteAsync($"event: message\ndata: {JsonSerializer.Serialize(message, LocalApiJson.Options)}\n\n");
                await context.Response.Body.FlushAsync();
            }
        });
        await app.RunAsync();
        return 0;
    }
}
