using System.Collections.Concurrent;
using System.Diagnostics;
using System.Threading.Channels;
using AspireChat.Client.Faults;
using AspireChat.Client.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Logging.Abstractions;
using SQLitePCL;

namespace AspireChat.Client.History;

/// <summary>
/// The SQLite file of one client: one writer that commits all waiting changes in a single transaction, and any number of
/// concurrent readers.
/// </summary>
/// <remarks>
/// Write-ahead logging with <c>synchronous=FULL</c>: a write whose task has completed survives a crash of the process
/// and a loss of power (https://www.sqlite.org/pragma.html#pragma_synchronous). All waiting writes share one commit, so a
/// burst pays for it once. A commit of nothing but writes that ask for no flush has <c>NORMAL</c>: it survives a crash of the
/// process, and is flushed with the next commit that waits for the disk, or after a second; a loss of power before that may lose it.
/// </remarks>
public sealed partial class ChatDatabase : IAsyncDisposable
{
    private const string FileName = "chat.db";

    // Enough to share a commit in a burst. A full queue makes writers wait, which slows the peer instead of using more memory.
    private const int QueueLength = 1024;

    // More may read at a time; only so many stay open. Each keeps up to 2 MB of the file in memory.
    private const int KeptReaders = 4;

    private readonly string _connectionString;
    private readonly HistoryConnection _writer;
    private readonly ConcurrentBag<HistoryConnection> _readers = [];

    // The caller wakes the writer itself, mostly without a thread of the pool between them. All that runs on the caller sets the event
    // that the writer's thread waits for, so nothing may await the reader or its Completion.
    private readonly Channel<Write> _queue = Channel.CreateBounded<Write>(new BoundedChannelOptions(QueueLength)
    {
        SingleReader = true,
        AllowSynchronousContinuations = true,
    });

    private readonly ILogger _logger;
    private readonly Task _loop;
    private volatile bool _isClosed;

    // Each connection is used by one thread at a time, so SQLite need not lock it, and nobody asks how much memory SQLite has; both are
    // a tenth of the cost of storing a message (https://www.sqlite.org/c3ref/c_config_covering_index_scan.html).
    static ChatDatabase()
    {
        Batteries_V2.Init();
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MULTITHREAD);
        _ = raw.sqlite3_config(raw.SQLITE_CONFIG_MEMSTATUS, 0);
    }

    /// <summary>Opens the file in a data directory, or creates it.</summary>
    /// <param name="directory">The data directory.</param>
    /// <param name="logger">Is told of a flush that fails while nobody waits for it.</param>
    /// <exception cref="ClientStartException">This version cannot use the file.</exception>
    public ChatDatabase(DataDirectory directory, ILogger<ChatDatabase>? logger = null)
    {
        _logger = logger ?? NullLogger<ChatDatabase>.Instance;
        _connectionString = new SqliteConnectionStringBuilder
        {
            DataSource = directory.File(FileName),
            DefaultTimeout = 5,
            Pooling = false,
        }.ToString();
        _writer = new HistoryConnection(_connectionString);
        try
        {
            CreateForOwnerOnly(directory.File(FileName));
            _writer.Open();
            Schema.Prepare(_writer);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            _writer.Dispose();
            throw new ClientStartException(
                $"The history {directory.File(FileName)} cannot be used ({e.Message}); restore it, or move it away to start with an empty one.");
        }

        // Runs on its own thread: SQLite's calls block.
        _loop = Task.Factory.StartNew(CommitWhatIsWaiting, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>A transaction is about to be committed; what is changed now belongs to it. Raised on the writer's thread.</summary>
    public event Action<HistoryConnection>? Committing;

    /// <summary>A transaction failed, and with it everything that was changed in it. Raised on the writer's thread.</summary>
    public event Action? RolledBack;

    /// <summary>
    /// Runs a change on the writer and waits for its commit. Changes run one at a time, in the order of the calls.
    /// </summary>
    /// <param name="change">
    /// Uses only the given connection. May run a second time if another change in its transaction failed, so it must not keep
    /// state outside the database.
    /// </param>
    /// <param name="committed">
    /// Called right after the commit, before any later change runs; must be quick and must not throw.
    /// </param>
    /// <param name="flushes">Whether the commit waits for the disk; see the remarks.</param>
    public async Task<T> WriteAsync<T>(Func<HistoryConnection, T> change, Action<T>? committed = null, bool flushes = true)
    {
        var write = new Write<T>(change, committed, flushes);
        await _queue.Writer.WriteAsync(write);
        return await write.Committed;
    }

    /// <summary>Runs a query on its own connection; sees everything committed before the call.</summary>
    public T Read<T>(Func<HistoryConnection, T> query)
    {
        if (!_readers.TryTake(out var connection))
        {
            connection = new HistoryConnection(_connectionString);
            connection.Open();
        }

        try
        {
            return query(connection);
        }
        finally
        {
            Keep(connection);
        }
    }

    /// <summary>Commits the waiting changes and closes the file.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            await _loop;
            _isClosed = true;
            CloseReaders();
            await _writer.DisposeAsync();
        }
    }

    private void Keep(HistoryConnection reader)
    {
        if (_readers.Count < KeptReaders)
        {
            _readers.Add(reader);
        }
        else
        {
            reader.Dispose();
        }

        if (_isClosed)
        {
            CloseReaders();
        }
    }

    private void CloseReaders()
    {
        while (_readers.TryTake(out var reader))
        {
            reader.Dispose();
        }
    }

    // SQLite would make the file readable to all where the folder already existed with wider rights; its log copies the file's mode.
    private static void CreateForOwnerOnly(string path)
    {
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.Write, Share = FileShare.ReadWrite };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        new FileStream(path, options).Dispose();
    }

    private void CommitWhatIsWaiting()
    {
        var group = new List<Write>(QueueLength);
        while (WaitForWrite())
        {
            while (group.Count < QueueLength && _queue.Reader.TryRead(out var write))
            {
                group.Add(write);
            }

            if (!TryCommit(group))
            {
                // One change is bad: run each in its own transaction, so that only the bad one fails.
                foreach (var write in group)
                {
                    CommitAlone(write);
                }
            }

            group.Clear();
        }
    }

    private bool TryCommit(List<Write> group)
    {
        try
        {
            Flush(group.Exists(write => write.Flushes));
            using var transaction = _writer.BeginTransaction();
            foreach (var write in group)
            {
                write.Run(_writer);
            }

            Committing?.Invoke(_writer);
            transaction.Commit();

            // One that waits for the disk does not reset this: if it changed nothing, it flushed nothing.
            if (!_flushes)
            {
                _unflushedSince ??= Stopwatch.GetTimestamp();
            }
        }
        catch (Exception) when (group.Count > 1)
        {
            RolledBack?.Invoke();
            return false;
        }
        catch (Exception e)
        {
            RolledBack?.Invoke();
            group[0].Fail(e);
            return true;
        }

        foreach (var write in group)
        {
            write.Complete();
        }

        return true;
    }

    private void CommitAlone(Write write) => TryCommit([write]);
}
