using System.Diagnostics;
using AspireChat.Bench.Load;
using AspireChat.Bench.Processes;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;

namespace AspireChat.Bench.Roles;

/// <summary>A client's history, by the methods that the client itself uses.</summary>
internal sealed class HistoryRole : Role
{
    private const string Sender = "friend";
    private const int BatchesAtOnce = 16;

    private static readonly Conversation Chat = Conversation.With(Sender);

    public HistoryRole()
    {
        On<Fill, Filled>(FillAsync);
        On<Read, HistoryTimes>(ReadAsync);
    }

    public override ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static async Task<Filled> FillAsync(Fill fill)
    {
        await UseAsync(fill.Folder, async store =>
        {
            var fingerprint = new string('a', 64);
            await Parallel.ForEachAsync(
                Enumerable.Range(0, fill.Count / HistoryShape.Batch),
                new ParallelOptions { MaxDegreeOfParallelism = BatchesAtOnce },
                async (batch, _) => await store.StoreReceivedAsync(Chat, Sender, fingerprint, Batch(batch)));
            while (await store.IndexMoreAsync())
            {
                // The client finds words soon after messages have come, so their index belongs to what a message costs.
            }
        });
        return new Filled(Directory.EnumerateFiles(fill.Folder, "chat.db*").Sum(file => new FileInfo(file).Length));
    }

    private static ReceivedMessage[] Batch(int number) => [.. Enumerable.Range(0, HistoryShape.Batch).Select(i => new ReceivedMessage(
        Guid.CreateVersion7(), ((long)number * HistoryShape.Batch) + i + 1, Stamp.Text(), DateTimeOffset.UtcNow, default))];

    private static async Task<HistoryTimes> ReadAsync(Read read)
    {
        var times = new HistoryTimes(0, 0, 0);
        await UseAsync(read.Folder, async store =>
        {
            var unread = HistoryShape.Time(() => ReadPage(store));
            var began = Stopwatch.GetTimestamp();
            await store.MarkReadAsync(Chat);
            times = new HistoryTimes(
                unread, Stopwatch.GetElapsedTime(began).TotalMilliseconds, HistoryShape.Time(() => ReadPage(store)));
        });
        return times;
    }

    private static void ReadPage(MessageStore store)
    {
        if (store.ReadPage(Chat, HistoryShape.Page, before: null).Count != HistoryShape.Page)
        {
            throw new BenchException("The history has no full page.");
        }
    }

    private static async Task UseAsync(string folder, Func<MessageStore, Task> use)
    {
        using var directory = DataDirectory.Open(folder);
        var user = new DirectoryInfo(folder).Name;
        using var identity = PeerIdentity.LoadOrCreate(directory, user);
        await using var database = new ChatDatabase(directory);
        await use(new MessageStore(database, new LocalPeer(user, identity), TimeProvider.System));
    }
}
