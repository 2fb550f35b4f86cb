using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>Which commits wait for the disk, and when the others are flushed.</summary>
public sealed class ChatDatabaseFlushTests : IAsyncDisposable
{
    private const long Normal = 1, Full = 2;
    private const string Log = "chat.db-wal";

    private readonly LocalStore _store = new();
    private readonly ConcurrentQueue<Commit> _commits = [];

    public ChatDatabaseFlushTests() => _store.Database.Committing += connection => _commits.Enqueue(new Commit(
        Synchronous(connection),
        Scalar<long>(connection, "SELECT count(*) FROM messages"),
        Scalar<long>(connection, "SELECT ifnull(max(delivered_through), 0) FROM conversations"),
        Scalar<long>(connection, "SELECT ifnull(max(read_by_other), 0) FROM conversations"),
        Synchronous(connection) == Full ? ReadLog(_store.Path) : []));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_commit_survives_a_loss_of_power()
    {
        // The promise depends on write-ahead logging and on FULL (2) in the one connection that writes.
        var (journal, synchronous) = await _store.Database.WriteAsync(connection =>
            (Scalar<string>(connection, "PRAGMA journal_mode"), Synchronous(connection)));

        Assert.Equal("wal", journal);
        Assert.Equal(Full, synchronous);
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk_if_any_of_its_changes_wants_it()
    {
        Assert.Equal(Normal, await SynchronousAsync(flushes: false));
        Assert.Equal(Full, await SynchronousAsync(flushes: true));
        Assert.Equal(Normal, await SynchronousAsync(flushes: false));

        // Both wait while the writer is busy, so they share a commit.
        using var isBusy = new ManualResetEventSlim();
        var busy = _store.Database.WriteAsync(_ => isBusy.Wait(TimeSpan.FromSeconds(30)), flushes: false);
        Task<long>[] waiting = [SynchronousAsync(flushes: false), SynchronousAsync(flushes: true)];
        isBusy.Set();
        Assert.True(await busy.DefaultTimeout());
        var both = await Task.WhenAll(waiting).DefaultTimeout();
        Assert.Equal([Full, Full], both);
    }

    [Fact]
    public async Task The_note_of_a_receipt_does_not_wait_for_the_disk_and_a_message_does()
    {
        await AppendAsync("hi");
        Assert.Single(await _store.Messages.MarkDeliveredAsync(Conversation.With("bob"), 1));
        Assert.Single(await _store.Messages.MarkReadByOtherAsync(Conversation.With("bob"), 1));

        Assert.Equal(Full, _commits.First(commit => commit.Messages == 1).Synchronous);
        Assert.Equal(Normal, _commits.First(commit => commit.Delivered == 1).Synchronous);
        Assert.Equal(Normal, _commits.First(commit => commit.Read == 1).Synchronous);
    }

    [Fact]
    public async Task What_did_not_wait_for_the_disk_is_flushed_though_nothing_more_is_written()
    {
        await AppendAsync("hi");
        await MarkDeliveredAsync();

        await UntilFlushedAsync();
    }

    [Fact]
    public async Task What_did_not_wait_for_the_disk_is_flushed_though_the_writer_has_no_pause()
    {
        await AppendAsync("hi");
        await MarkDeliveredAsync();
        var isFlushed = false;
        var writers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
        {
            while (!Volatile.Read(ref isFlushed))
            {
                await SynchronousAsync(flushes: false);
            }
        })).ToList();

        try
        {
            await UntilFlushedAsync();
        }
        finally
        {
            Volatile.Write(ref isFlushed, true);
        }

        await Task.WhenAll(writers).DefaultTimeout();
    }

    [Fact]
    public async Task What_did_not_wait_for_the_disk_is_flushed_though_somebody_reads()
    {
        await AppendAsync("hi");
        using var isReading = new ManualResetEventSlim();
        using var isFlushed = new ManualResetEventSlim();
        var reader = Task.Run(() => _store.Database.Read(connection =>
        {
            using var transaction = connection.BeginTransaction(deferred: true);
            Scalar<long>(connection, "SELECT count(*) FROM messages");
            isReading.Set();
            return isFlushed.Wait(Until.Patience);
        }));

        try
        {
            Assert.True(isReading.Wait(Until.Patience));
            await MarkDeliveredAsync();
            await UntilFlushedAsync();
        }
        finally
        {
            isFlushed.Set();
        }

        Assert.True(await reader.DefaultTimeout());
    }

    [Fact]
    public async Task A_start_flushes_what_the_last_process_did_not()
    {
        await AppendAsync("hi");
        await MarkDeliveredAsync();
        using var folder = new TempFolder("history");
        _store.CopyTo(folder);

        var before = ReadLog(folder.FullName);
        await using var after = new LocalStore(path: folder.FullName);
        Assert.False(before.AsSpan().SequenceEqual(ReadLog(after.Path)));
    }

    [Fact]
    public async Task A_failed_flush_is_told_once_and_tried_again()
    {
        await AppendAsync("hi");
        var failures = 0;
        _store.Database.Committing += connection =>
        {
            if (Synchronous(connection) == Full && Interlocked.Increment(ref failures) <= 2)
            {
                throw new InvalidOperationException("This commit fails.");
            }
        };
        await MarkDeliveredAsync();

        await UntilFlushedAsync();
        Assert.True(failures > 2);
        await Until.Sequence(
            "the log of the fault and of its end",
            [
                "Warning: The history cannot be flushed to the disk (This commit fails.), so a loss of power would take what was stored last; trying again",
                "Information: The history is flushed to the disk again",
            ],
            () => Task.FromResult(_store.Log.Texts));
    }

    private Task<ChatMessage> AppendAsync(string text) => _store.Messages.AppendOwnAsync(Conversation.With("bob"), text, null);

    private async Task MarkDeliveredAsync() => await _store.Messages.MarkDeliveredAsync(Conversation.With("bob"), 1);

    // A commit flushes the log if it waits for the disk and adds to the log.
    private Task UntilFlushedAsync() => Until.True(
        "the note of the receipt is flushed",
        () => _commits.Any(commit => commit is { Delivered: 1, Synchronous: Full } && !commit.LogBefore.AsSpan().SequenceEqual(ReadLog(_store.Path))));

    private Task<long> SynchronousAsync(bool flushes) => _store.Database.WriteAsync(Synchronous, flushes: flushes);

    private static long Synchronous(SqliteConnection connection) => Scalar<long>(connection, "PRAGMA synchronous");

    private static byte[] ReadLog(string folder)
    {
        using var log = new FileStream(Path.Combine(folder, Log), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        var bytes = new byte[log.Length];
        log.ReadExactly(bytes);
        return bytes;
    }

    private static T Scalar<T>(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (T)command.ExecuteScalar()!;
    }

    // What a commit will have, and the log before one that waits for the disk.
    private sealed record Commit(long Synchronous, long Messages, long Delivered, long Read, byte[] LogBefore);
}
