using System.Diagnostics;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace AspireChat.Client.History;

public sealed partial class ChatDatabase
{
    // How long a commit may stay without a flush.
    private static readonly TimeSpan FlushesAfter = TimeSpan.FromSeconds(1);

    private bool _flushes = true;
    private bool _cannotFlush;

    // The time of the oldest commit that may be unflushed, or of the last flush that failed; null: everything is flushed.
    private long? _unflushedSince;

    private bool WaitForWrite()
    {
        var more = _queue.Reader.WaitToReadAsync();
        if (_unflushedSince is null && more.IsCompletedSuccessfully)
        {
            return more.Result;
        }

        var waiting = more.AsTask();
        while (_unflushedSince is { } since)
        {
            var rest = FlushesAfter - Stopwatch.GetElapsedTime(since);
            if (rest > TimeSpan.Zero && waiting.Wait(rest))
            {
                break;
            }

            FlushLog();
        }

        return waiting.GetAwaiter().GetResult();
    }

    private void FlushLog()
    {
        var flush = new Write<int>(Schema.Touch, committed: null, flushes: true);
        TryCommit([flush]);
        var fault = flush.Committed.Exception?.GetBaseException();
        _unflushedSince = fault is null ? null : Stopwatch.GetTimestamp();
        if (fault is not null && !_cannotFlush)
        {
            Log.CannotFlush(_logger, fault.Message);
        }
        else if (fault is null && _cannotFlush)
        {
            Log.FlushesAgain(_logger);
        }

        _cannotFlush = fault is not null;
    }

    // SQLite does this while it reads the text, so a kept statement would do it once only.
    private void Flush(bool flushes)
    {
        if (flushes != _flushes)
        {
            // If it fails, whatever it did, the next commit that wants a flush asks for it again.
            _flushes = false;
            var result = raw.sqlite3_exec(_writer.Handle, flushes ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = NORMAL");
            SqliteException.ThrowExceptionForRC(result, _writer.Handle);
            _flushes = flushes;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The history cannot be flushed to the disk ({Reason}), so a loss of power would take what was stored last; trying again", EventName = "HistoryNotFlushed")]
        public static partial void CannotFlush(ILogger logger, string reason);

        [LoggerMessage(2, LogLevel.Information, "The history is flushed to the disk again", EventName = "HistoryFlushed")]
        public static partial void FlushesAgain(ILogger logger);
    }
}
