using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
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
    public async Task A_commit_survives_a_loss_of_power()
    {
        // The promise depends on write-ahead logging and on FULL (2) in the one connection that writes.
        var (journal, synchronous) = await _store.Database.WriteAsync(connection =>
            (Scalar<string>(connection, "PRAGMA journal_mode"), Scalar<long>(connection, "PRAGMA synchronous")));

        Assert.Equal("wal", journal);
        Assert.Equal(2, synchronous);
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_if_any_of_its_changes_wants_it()
    {
        Assert.Equal(1, await SynchronousAsync(flushes: false));
        Assert.Equal(2, await SynchronousAsync(flushes: true));
        Assert.Equal(1, await SynchronousAsync(flushes: false));

        // Both wait while the writer is busy, so they share a commit.
        using var isBusy = new ManualResetEventSlim();
        var busy = _store.Database.WriteAsync(_ => isBusy.Wait(TimeSpan.FromSeconds(30)), flushes: false);
        Task<long>[] waiting = [SynchronousAsync(flushes: false), SynchronousAsync(flushes: true)];
        isBusy.Set();
        Assert.True(await busy.DefaultTimeout());
        var both = await Task.WhenAll(waiting).DefaultTimeout();
        Assert.Equal([2, 2], both);
    }

    [Fact]
    public async Task A_commit_that_does_not_wait_for_the_disk_survives_a_crash()
    {
        await _store.Messages.StoreReceivedAsync(
            Conversation.Of("tea"), "bob", "key", [new(Guid.CreateVersion7(), 1, "hi", DateTimeOffset.UnixEpoch, default)], flushes: false);

        CopyFiles();
        await using var after = new LocalStore(path: _folder.FullName);
        Assert.Equal(["hi"], after.Messages.ReadPage(Conversation.Of("tea"), 10, null).Select(message => message.Text));
    }

    [Fact]
    public async Task The_note_of_a_receipt_does_not_wait_for_the_disk_and_a_message_does()
    {
        var synchronous = new List<long>();
        _store.Database.Committing += connection => synchronous.Add(Scalar<long>(connection, "PRAGMA synchronous"));

        await AppendAsync("hi");
        Assert.Single(await _store.Messages.MarkDeliveredAsync(Conversation.With("bob"), 1));
        Assert.Single(await _store.Messages.MarkReadByOtherAsync(Conversation.With("bob"), 1));

        Assert.Equal([2, 1, 1], synchronous);
    }

    [Fact]
    public async Task What_did_not_wait_for_the_disk_is_flushed_though_nothing_more_is_written()
    {
        await AppendAsync("hi");
        await MarkDeliveredAsync(1);

        // A checkpoint flushes the log, and then copies it into the file itself.
        await Until.True("the file has it without its log", () => DeliveredWithoutLog() == 1);
    }

    [Fact]
    public async Task What_did_not_wait_for_the_disk_is_flushed_though_the_writer_has_no_pause()
    {
        await AppendAsync("hi");

        // They change nothing: else the log would soon be so long that SQLite flushes it itself.
        var isFlushed = false;
        var writes = Task.Run(async () =>
        {
            while (!Volatile.Read(ref isFlushed))
            {
                await _store.Database.WriteAsync(connection => Scalar<long>(connection, "SELECT 1"), flushes: false);
            }
        });

        try
        {
            await MarkDeliveredAsync(1);
            await Until.True("the file has it without its log", () => DeliveredWithoutLog() == 1);
        }
        finally
        {
            Volatile.Write(ref isFlushed, true);
            await writes.DefaultTimeout();
        }
    }

    [Fact]
    public async Task A_reader_only_delays_the_flush_of_what_did_not_wait_for_the_disk()
    {
        await AppendAsync("one");
        await AppendAsync("two");
        await MarkDeliveredAsync(1);
        using var isReading = new ManualResetEventSlim();
        using var hasRead = new ManualResetEventSlim();
        var reader = Task.Run(() => _store.Database.Read(connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: true);
            Scalar<long>(connection, "SELECT count(*) FROM messages");
            isReading.Set();
            return hasRead.Wait(Until.Patience);
        }));
        Assert.True(isReading.Wait(Until.Patience));
        await MarkDeliveredAsync(2);

        // A checkpoint copies what the reader sees and no more: the messages, but not the changed conversation.
        await Until.True("the file has the messages without its log", () => WithoutLog("SELECT count(*) FROM messages") == 2);
        Assert.NotEqual(2, DeliveredWithoutLog());
        hasRead.Set();
        Assert.True(await reader.DefaultTimeout());
        await Until.True("the file has all without its log", () => DeliveredWithoutLog() == 2);
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
        CopyFiles();
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

        CopyFiles();
        using (var log = new FileStream(_folder.File("chat.db-wal"), FileMode.Open))
        {
            // As after a power cut in the middle of the twentieth commit.
            log.SetLength(log.Length - 100);
        }

        await using var after = new LocalStore(path: _folder.FullName);
        Assert.Equal(
            Enumerable.Range(0, 19).Select(i => $"{i}"),
            after.Messages.ReadPage(Conversation.With("bob"), 1_000, null).Select(message => message.Text));
        Assert.Equal("ok", after.Database.Read(connection => Scalar<string>(connection, "PRAGMA integrity_check")));
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

    private Task<long> SynchronousAsync(bool flushes) =>
        _store.Database.WriteAsync(connection => Scalar<long>(connection, "PRAGMA synchronous"), flushes: flushes);

    private async Task MarkDeliveredAsync(long through) => await _store.Messages.MarkDeliveredAsync(Conversation.With("bob"), through);

    private long DeliveredWithoutLog() => WithoutLog("SELECT delivered_through FROM conversations");

    private long WithoutLog(string sql)
    {
        var copy = _folder.File($"{Guid.NewGuid():N}.db");
        File.Copy(Path.Combine(_store.Path, "chat.db"), copy);
        using var connection = new SqliteConnection($"Data Source={copy};Pooling=False");
        connection.Open();
        try
        {
            return Scalar<long>(connection, sql);
        }
        catch (SqliteException)
        {
            // Nothing was copied yet, not even the tables.
            return -1;
        }
    }

    private void CopyFiles()
    {
        foreach (var file in Directory.GetFiles(_store.Path, "chat.db*").Append(Path.Combine(_store.Path, "identity.pem")))
        {
            // A crash destroys the shared-memory index.
            if (!file.EndsWith("-shm", StringComparison.Ordinal))
            {
                File.Copy(file, _folder.File(Path.GetFileName(file)));
            }
        }
    }

    private static T Scalar<T>(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }
}
