using AspireChat.Client.Faults;
using AspireChat.Client.Messaging;
using AspireChat.Client.Redis;
using StackExchange.Redis;

namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Reads a log at Redis from this member's own position, on a connection of its own. If the entry there is not the one that was read,
/// the log is read from its first entry; what is stored already is dropped by its id.
/// </summary>
internal sealed partial class RedisLogReader(
    string group,
    string key,
    LogCursor cursor,
    GroupInbox inbox,
    RedisLog log,
    RedisSideConnections connections,
    TimeProvider time,
    ILogger logger) : ILogReader
{
    // A log lives for weeks after it was last touched.
    private static readonly TimeSpan KeptEvery = TimeSpan.FromHours(1);

    private readonly DeliveryTries _tries = new(inbox.HandleAsync, RedisOutbox.MaxBackoff, time, logger);
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public Task Reading => _reading.Task;

    /// <inheritdoc/>
    public string? Refusal { get; private set; }

    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), RedisOutbox.MaxBackoff);
        while (!stopping.IsCancellationRequested)
        {
            ConnectionMultiplexer? connection = null;
            try
            {
                connection = await connections.OpenForWaitingAsync(stopping);
                await ReadAsync(connection.GetDatabase(), backoff, stopping);
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                // The member leaves.
            }
            catch (Exception e)
            {
                Log.Broken(logger, group, e);
                Refuse(e as RedisServerException);
            }

            if (connection is not null)
            {
                await RedisSideConnections.CloseAsync(connection);
            }

            await Task.Delay(backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ReadAsync(IDatabase database, Backoff backoff, CancellationToken stopping)
    {
        var after = await FindStartAsync(database).WaitAsync(stopping);
        _reading.TrySetResult();
        var kept = time.GetTimestamp();
        await log.KeepAsync(database, key).WaitAsync(stopping);
        while (true)
        {
            var entries = await RedisLog.ReadAsync(database, key, after).WaitAsync(stopping);
            backoff.Reset();
            Refuse(null);
            if (entries is [.., var last])
            {
                await _tries.HandleAsync([.. entries.Select(Deliver)], () => true, stopping);
                foreach (var entry in entries)
                {
                    cursor.Handled(entry.Id);
                }

                after = last.Id;
            }

            if (time.GetElapsedTime(kept) > KeptEvery)
            {
                kept = time.GetTimestamp();
                await log.KeepAsync(database, key).WaitAsync(stopping);
            }
        }
    }

    // The id after which to read.
    private async Task<string> FindStartAsync(IDatabase database)
    {
        cursor.Load();
        if (cursor.Position is { } position)
        {
            if (await RedisLog.FindAsync(database, key, position.At) is { } entry && LogPosition.Of(entry.Id, entry.Body) == position)
            {
                return position.At;
            }

            await cursor.RestartAsync();
            cursor.Load();
        }
        else if (!cursor.IsSettled)
        {
            var last = await RedisLog.FindLastAsync(database, key);
            await cursor.SettleAsync(last is { } entry ? LogPosition.Of(entry.Id, entry.Body) : null);
            cursor.Load();
            return last?.Id ?? RedisLog.Beginning;
        }

        return RedisLog.Beginning;
    }

    // A reason that does not pass by itself.
    private void Refuse(RedisServerException? reason)
    {
        var sentence = reason is null ? null : $"Redis refuses to read the log of {group}: {reason.Message.TrimEnd('.')}.";
        if (sentence is not null && sentence != Refusal)
        {
            Log.Refused(logger, group, reason!.Message);
        }

        Refusal = sentence;
    }

    private Delivery Deliver(RedisLogEntry entry) =>
        Delivery.OfBatch(entry.Body) with { Step = cursor.Next(entry.Id, entry.Body) };

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "Reading the log of the group {Group} broke; trying again", EventName = "LogReadingBroken")]
        public static partial void Broken(ILogger logger, string group, Exception exception);

        [LoggerMessage(2, LogLevel.Warning, "Redis refuses to read the log of the group {Group}: {Reason}; trying again until that is mended", EventName = "LogReadingRefused")]
        public static partial void Refused(ILogger logger, string group, string reason);
    }
}
