using AspireChat.Client.Chat;
using AspireChat.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>Which commits wait for the disk, and when the others are flushed.</summary>
public sealed class ChatDatabaseFlushTests : IAsyncDisposable
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

    private Task<ChatMessage> AppendAsync(string text) => _store.Messages.AppendOwnAsync(Conversation.With("bob"), text, null);

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

    private Task<long> SynchronousAsync(bool flushes) =>
        _store.Database.WriteAsync(connection => Scalar<long>(connection, "PRAGMA synchronous"), flushes: flushes);

    private static T Scalar<T>(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }
}
