using System.Diagnostics;
using AspireChat.Client;
using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Bench;

/// <summary>Two whole clients in this process, a chat between them, and what they promise: stored before it is acknowledged.</summary>
public static class PrivatePath
{
    // As many as wait for the sender's own disk at a time: its writer commits what is waiting together.
    private const int Senders = 256;

    public static async Task<Figures> MeasureAsync(int singles, int messages, int length)
    {
        await using var redis = await LocalRedis.StartAsync();
        await using var alice = await StartAsync("alice", redis);
        await using var bob = await StartAsync("bob", redis);
        var from = alice.Services.GetRequiredService<ChatSession>();
        var to = bob.Services.GetRequiredService<ChatSession>();
        using var end = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        await OpenAsync(from, end.Token);

        var arrived = new SemaphoreSlim(0);
        var delivered = new SemaphoreSlim(0);
        var watching = Task.WhenAll(
            WatchAsync(to, happened => happened is MessageEvent { Message.IsOwn: false }, arrived, end.Token),
            WatchAsync(from, happened => happened is StateEvent { State: MessageState.Delivered }, delivered, end.Token));

        var text = new string('x', length);
        var times = new List<TimeSpan>(singles);
        for (var i = -singles / 10; i < singles; i++)
        {
            var start = Stopwatch.GetTimestamp();
            await from.SendToUserAsync("bob", text, id: null, end.Token);
            await arrived.WaitAsync(end.Token);
            var took = Stopwatch.GetElapsedTime(start);
            await delivered.WaitAsync(end.Token);
            if (i >= 0)
            {
                times.Add(took);
            }
        }

        var began = Stopwatch.GetTimestamp();
        var left = messages;
        await Task.WhenAll(Enumerable.Range(0, Senders).Select(async _ =>
        {
            while (Interlocked.Decrement(ref left) >= 0)
            {
                await from.SendToUserAsync("bob", text, id: null, end.Token);
            }
        }));
        for (var i = 0; i < messages; i++)
        {
            await delivered.WaitAsync(end.Token);
        }

        var together = Stopwatch.GetElapsedTime(began);
        await end.CancelAsync();
        await Task.WhenAll(alice.StopAsync(CancellationToken.None), bob.StopAsync(CancellationToken.None));
        await watching.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return Figures.Of(times, messages, together);
    }

    private static async Task OpenAsync(ChatSession session, CancellationToken end)
    {
        while (true)
        {
            try
            {
                await session.OpenChatAsync("bob", end);
                return;
            }
            catch (Protos.Rules.ChatException) when (!end.IsCancellationRequested)
            {
                // Bob is not registered yet.
                await Task.Delay(TimeSpan.FromMilliseconds(100), end);
            }
        }
    }

    private static async Task WatchAsync(ChatSession session, Func<ChatEvent, bool> counts, SemaphoreSlim seen, CancellationToken end)
    {
        await foreach (var happened in session.Watch(end))
        {
            if (counts(happened))
            {
                seen.Release();
            }
        }
    }

    private static async Task<WebApplication> StartAsync(string name, LocalRedis redis)
    {
        (string Key, string Value)[] settings =
        [
            ("name", name),
            ("urls", "http://127.0.0.1:0"),
            ("ConnectionStrings:redis", redis.ConnectionString),
            ("Chat:DataDirectory", Path.Combine(redis.Folder, name)),
            ("Chat:Terminal", "false"),
            ("Logging:LogLevel:Default", "Error"),
        ];
        var app = ClientApp.Build([.. settings.SelectMany(setting => new[] { $"--{setting.Key}", setting.Value })]);
        await app.StartAsync();
        return app;
    }
}
