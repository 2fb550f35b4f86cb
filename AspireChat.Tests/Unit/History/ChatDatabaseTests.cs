using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class ChatDatabaseTests : IAsyncDisposable
{
    private readonly LocalStore _store = new();
    private readonly TempFolder _folder = new("history");

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_commit_that_does_not_wait_for_the_disk_survives_a_crash()
    {
        await _store.Messages.StoreReceivedAsync(
            Conversation.Of("tea"), "bob", "key", [new(Guid.CreateVersion7(), 1, "hi", DateTimeOffset.UnixEpoch, default)], flushes: false);

        _store.CopyTo(_folder);
        await using var after = new LocalStore(path: _folder.FullName);
        Assert.Equal(["hi"], after.Messages.ReadPage(Conversation.Of("tea"), 10, null).Select(message => message.Text));
    }

    [Fact]
    public async Task Only_the_owner_can_read_the_history_whatever_the_folder_allows()
    {
        await AppendAsync("private");
        foreach (var file in Directory.GetFiles(_store.Path, "chat.db*"))
        {
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
            }
        }
    }

    [Fact]
    public async Task A_commit_survives_a_crash()
    {
        await Task.WhenAll(Enumerable.Range(0, 500).Select(i => AppendAsync($"{i}"))).DefaultTimeout();

        // The files as they are now, without a clean close.
        _store.CopyTo(_folder);
        await using var after = new LocalStore(path: _folder.FullName);
        Assert.Equal(
            Enumerable.Range(0, 500).Select(i => $"{i}").Order(),
            after.Messages.ReadPage(Conversation.With("bob"), 1_000, null).Select(message => message.Text).Order());
    }

    [Fact]
    public async Task A_torn_end_of_the_log_loses_only_unacknowledged_writes()
    {
        for (var i = 0; i < 20; i++)
        {
            await AppendAsync($"{i}");
        }

        _store.CopyTo(_folder);
        using (var log = new FileStream(_folder.File("chat.db-wal"), FileMode.Open))
        {
            // As after a power cut in the middle of the twentieth commit.
            log.SetLength(log.Length - 100);
        }

        await using var after = new LocalStore(path: _folder.FullName);
        Assert.Equal(
            Enumerable.Range(0, 19).Select(i => $"{i}"),
            after.Messages.ReadPage(Conversation.With("bob"), 1_000, null).Select(message => message.Text));
        Assert.Equal("ok", after.Database.Read(connection => connection.Command("PRAGMA integrity_check").FirstOrDefault(row => row.GetString(0))));
    }

    [Fact]
    public async Task Waiting_writes_are_committed_in_the_order_of_the_calls()
    {
        using var gate = new ManualResetEventSlim();
        var first = _store.Database.WriteAsync(_ => gate.Wait(Until.Patience));
        var rest = Enumerable.Range(0, 300).Select(i => AppendAsync($"{i}")).ToList();
        gate.Set();
        await first.DefaultTimeout();
        var messages = await Task.WhenAll(rest).DefaultTimeout();

        Assert.Equal(Enumerable.Range(1, 300).Select(seq => (long)seq), messages.Select(message => message.Seq));
        Assert.Equal(messages, _store.Messages.ReadPage(Conversation.With("bob"), 1_000, null));
    }

    [Fact]
    public async Task A_bad_change_fails_alone_and_leaves_nothing_behind()
    {
        using var gate = new ManualResetEventSlim();
        var first = _store.Database.WriteAsync(_ => gate.Wait(Until.Patience));
        var before = AppendAsync("before");
        var bad = _store.Database.WriteAsync<int>(connection =>
        {
            connection.Command("INSERT INTO conversations (kind, name, state) VALUES (0, 'half', 0)").Run();
            throw new InvalidOperationException("bad");
        });
        var after = AppendAsync("after");
        gate.Set();
        await first.DefaultTimeout();

        await Task.WhenAll(before, after).DefaultTimeout();
        Assert.Equal("bad", (await Assert.ThrowsAsync<InvalidOperationException>(() => bad).DefaultTimeout()).Message);
        Assert.Equal(
            ["before", "after"], _store.Messages.ReadPage(Conversation.With("bob"), 10, null).Select(message => message.Text));
        Assert.Null(_store.Messages.FindChat("half"));
    }

    [Fact]
    public async Task Closing_commits_the_waiting_writes()
    {
        var path = _folder.FullName;
        var store = new LocalStore(path: path);
        var writes = Enumerable.Range(0, 200).Select(i => store.Messages.AppendOwnAsync(Conversation.With("bob"), $"{i}", null)).ToList();
        await store.DisposeAsync();
        await Task.WhenAll(writes).DefaultTimeout();

        await using var after = new LocalStore(path: path);
        Assert.Equal(200, after.Messages.ReadPage(Conversation.With("bob"), 1_000, null).Count);
    }

    [Fact]
    public void A_file_that_is_no_database_stops_the_client_and_stays_unchanged()
    {
        File.WriteAllText(_folder.File("chat.db"), new string('x', 5_000));
        using var directory = DataDirectory.Open(_folder.FullName);

        var refusal = Assert.Throws<ClientStartException>(() => new ChatDatabase(directory));
        Assert.Contains(_folder.File("chat.db"), refusal.Message, StringComparison.Ordinal);
        Assert.Equal(new string('x', 5_000), File.ReadAllText(_folder.File("chat.db")));
    }

    [Fact]
    public async Task A_history_of_a_later_version_stops_the_client_with_the_reason()
    {
        await using (var store = new LocalStore(path: _folder.FullName))
        {
            await store.Database.WriteAsync(connection => connection.Command("PRAGMA user_version = 99").Run());
        }

        using var directory = DataDirectory.Open(_folder.FullName);
        var refusal = Assert.Throws<ClientStartException>(() => new ChatDatabase(directory));
        Assert.Contains("99", refusal.Message, StringComparison.Ordinal);
    }

    private Task<ChatMessage> AppendAsync(string text) => _store.Messages.AppendOwnAsync(Conversation.With("bob"), text, null);
}
