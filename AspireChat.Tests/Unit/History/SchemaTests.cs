using System.Globalization;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>This version opens histories that earlier versions wrote: one file for each version of the schema.</summary>
public sealed class SchemaTests : IDisposable
{
    private static readonly string BobsKey = new('b', 64);
    private static readonly string CarolsKey = new('c', 64);
    private static readonly string DorasKey = new('d', 64);

    private readonly TempFolder _folder = new("schema");

    public void Dispose() => _folder.Dispose();

    /// <summary>Every version before this one; a new step needs a file that the version before it wrote.</summary>
    public static TheoryData<int> Versions => [.. Enumerable.Range(1, Schema.Version - 1)];

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_gets_the_tables_of_a_new_one(int version)
    {
        await using var fresh = new LocalStore();
        await using var store = Open(version);

        Assert.Equal(Tables(fresh), Tables(store));
        Assert.Equal($"{Schema.Version}", Value(store, "PRAGMA user_version"));
        Assert.Equal("ok", Value(store, "PRAGMA integrity_check"));
        Assert.Null(Value(store, "PRAGMA foreign_key_check"));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_keeps_its_messages_in_order_and_state(int version)
    {
        await using var store = Open(version);

        Assert.Equal(
            [
                "alice 1 to bob, read: read",
                "bob 1 from bob, read 1: read",
                "bob 2 from bob, read 2: read",
                "alice 2 to bob, delivered: delivered",
                "bob 3 from bob, new 1: delivered",
                "bob 4 from bob, new 2: delivered",
                "alice 3 to bob, on its way: sending",
            ],
            Read(store, Conversation.With("bob")));
        Assert.Equal(["carol 7 from carol, read: read"], Read(store, Conversation.With("carol")));
        Assert.Equal(["alice 1 to dora, failed: failed, dora is away."], Read(store, Conversation.With("dora")));
        Assert.Equal(
            [
                "alice 1 to chess, confirmed: confirmed",
                "bob 1 in chess 1: read",
                "bob 3 in chess 3: read, 1 missing",
                "alice 2 to chess, on its way: sending",
            ],
            Read(store, Conversation.Of("chess")));
        Assert.Equal(
            ["alice 1 to now, sent: sent", $"carol 2 in now: {(version < 4 ? "read" : "delivered")}"], Read(store, Conversation.Of("now")));
        Assert.Equal(["insult, received"], store.Messages.ReadReceivedInsults(10, null).Select(insult => insult.Text));
        Assert.Equal("insult, held", (await SettleAsync(store)).Text);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_keeps_what_is_unread_and_what_was_read(int version)
    {
        await using var store = Open(version);

        Assert.Equal(
            ["bob open 2", "carol asked 0", "dora declined 0"],
            store.Messages.ListChats().OrderBy(chat => chat.User)
                .Select(chat => $"{chat.User} {LocalApiJson.Word(chat.State)} {chat.Unread}"));

        // Earlier versions could not mark a group as read: every message was shown when it came.
        Assert.Equal(0, store.Messages.CountUnread(Conversation.Of("chess")));
        Assert.Equal(version < 4 ? 0 : 1, store.Messages.CountUnread(Conversation.Of("now")));

        Assert.Equal(2, store.Messages.ReadThrough(Conversation.With("bob"), BobsKey));
        Assert.Equal(7, store.Messages.ReadThrough(Conversation.With("carol"), CarolsKey));

        Assert.True(await store.Messages.MarkReadAsync(Conversation.With("bob")));
        Assert.False(await store.Messages.MarkReadAsync(Conversation.With("carol")));
        Assert.Equal(4, store.Messages.ReadThrough(Conversation.With("bob"), BobsKey));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_keeps_its_outbox(int version)
    {
        await using var store = Open(version);

        var toBob = Assert.Single(store.Messages.ReadOutbox(Conversation.With("bob"), 0, 10, 1_000));
        Assert.Equal((3, "to bob, on its way"), (toBob.Seq, toBob.Text));
        Assert.NotEqual(default, toBob.Trace);
        Assert.Equal([2], store.Messages.ReadOutbox(Conversation.Of("chess"), 0, 10, 1_000).Select(message => message.Seq));
        Assert.Equal(["bob"], store.Messages.ListOutboxes(ConversationKind.User));
        Assert.Equal(["chess"], store.Messages.ListOutboxes(ConversationKind.Group));

        Assert.Equal([2], (await store.Messages.MarkReadByOtherAsync(Conversation.With("bob"), 9)).Select(message => message.Seq));
        Assert.Equal(4, (await store.Messages.AppendOwnAsync(Conversation.With("bob"), "next", null)).Seq);
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_keeps_its_pins_and_subscriptions(int version)
    {
        await using var store = Open(version);

        Assert.Equal(new KnownPeer("bob", BobsKey, 3), store.KnownPeers.Find("bob"));
        Assert.Equal(new KnownPeer("carol", CarolsKey, 1), store.KnownPeers.Find("carol"));
        Assert.Equal(
            [("chess", GroupMode.Durable), ("now", GroupMode.Transient)],
            store.Messages.ListSubscriptions().Select(held => (held.Key, held.Value)));
        Assert.Equal([(BobsKey, 3L)], store.Messages.ListLastSeqs(Conversation.Of("chess")).Select(last => (last.Key, last.Value)));

        // Version 1 stored subscriptions without a generation.
        Assert.Equal([version < 2 ? "" : "first"], store.Messages.ListGenerations("chess"));
        await store.Messages.LearnGenerationsAsync("chess", ["second"]);
        Assert.Equal(["second", version < 2 ? "" : "first"], store.Messages.ListGenerations("chess"));

        // It stored no floors either.
        var said = Enumerable.Range(5, 2).Select(seq =>
            new ReceivedMessage(Guid.CreateVersion7(), seq, $"{seq}", DateTimeOffset.UnixEpoch, default));
        Assert.Equal(
            version < 2 ? [5L, 6] : [6L],
            (await store.Messages.StoreReceivedAsync(Conversation.Of("chess"), "dora", DorasKey, [.. said])).Select(message => message.Seq));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_keeps_its_held_batches(int version)
    {
        await using var store = Open(version);

        Assert.Equal(
            version < 3 ? [] : ["01-02-03"],
            store.Messages.ListHeldBatches(Conversation.Of("chess")).Select(held => BitConverter.ToString(store.Messages.ReadHeld(held)!)));
        Assert.True(await store.Messages.HoldAsync(Conversation.Of("now"), BobsKey, new byte[] { 4 }, 10_000, 10_000, ["now"]));
    }

    [Theory]
    [MemberData(nameof(Versions))]
    public async Task An_old_history_is_searched_before_and_after_it_is_indexed(int version)
    {
        await using var store = Open(version);

        foreach (var isIndexed in (bool[])[false, true])
        {
            Assert.Equal(isIndexed, isIndexed && await store.Messages.IndexMoreAsync());
            Assert.Equal(["to chess, on its way", "to bob, on its way"], Find("way"));
            Assert.Equal(["insult, received"], Find("insult"));
        }

        IEnumerable<string> Find(string query) =>
            store.Messages.Search(SearchWords.Parse(query)!, 10, default).Select(found => found.Message.Text);
    }

    [Fact]
    public async Task A_history_that_fails_at_a_step_stays_unchanged()
    {
        Load(1, "CREATE TABLE held (x)");
        using (var directory = DataDirectory.Open(_folder.FullName))
        {
            Assert.Throws<ClientStartException>(() => new ChatDatabase(directory));
        }

        Load(null, "DROP TABLE held");
        await using var store = new LocalStore(path: _folder.FullName);
        Assert.Equal(7, Read(store, Conversation.With("bob")).Count());
    }

    private LocalStore Open(int version)
    {
        Load(version);
        return new LocalStore(path: _folder.FullName);
    }

    // Writes the file as the given version left it.
    private void Load(int? version, string alsoRun = "")
    {
        var sql = version is null
            ? ""
            : File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Unit", "History", "Schemas", $"v{version}.sql"));
        using var connection = new HistoryConnection($"Data Source={_folder.File("chat.db")};Pooling=False");
        connection.Open();
        connection.Command(sql + alsoRun).Run();
    }

    private static IEnumerable<string> Read(LocalStore store, Conversation conversation) =>
        store.Messages.ReadPage(conversation, 100, null).Select(message => string.Create(
            CultureInfo.InvariantCulture,
            $"{message.From} {message.Seq} {message.Text}: {LocalApiJson.Word(message.State)}{Also(message.Reason)}{Also(Missing(message))}"));

    private static string Also(string? more) => more is null ? "" : $", {more}";

    private static string? Missing(ChatMessage message) => message.Missing == 0 ? null : $"{message.Missing} missing";

    private static async Task<ChatMessage> SettleAsync(LocalStore store)
    {
        var (fingerprint, id) = Assert.Single(store.Messages.ListHeld());
        return (await store.Messages.SettleHeldAsync(fingerprint, id, isOwn: true))!;
    }

    private static List<string> Tables(LocalStore store) => store.Database.Read(connection => connection.Command(
        "SELECT type, name, sql FROM sqlite_master ORDER BY type, name")
        .ToList(row => $"{row.GetString(0)} {row.GetString(1)}: {row.Text(2)}"));

    private static string? Value(LocalStore store, string sql) => store.Database.Read(connection =>
        connection.Command(sql).FirstOrDefault(row => row.GetValue(0).ToString()));
}
