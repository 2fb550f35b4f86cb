using System.Globalization;
using AspireChat.Client.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Groups.Logs;

/// <summary>An entry of a group's log at Redis.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Body">The signed batch; empty if the entry has none.</param>
internal readonly record struct RedisLogEntry(string Id, byte[] Body);

/// <summary>
/// The logs of groups at Redis: a stream each (https://redis.io/docs/latest/develop/data-types/streams/), whose entries have one field, a
/// signed batch. Members read it without a consumer group: every one of them reads everything. They ask the primary only: a replica may not have
/// what was confirmed.
/// </summary>
internal sealed class RedisLog(RedisConnection redis, IOptions<GroupOptions> options)
{
    /// <summary>The id before all entries.</summary>
    public const string Beginning = "0-0";

    private const string Prefix = "chat:log:";
    private const string Batch = "batch";

    // Entries of an answer, each with up to 64 messages.
    private const int PerRead = 64;

    // Memory is measured once in so many entries, and after each large one: that costs Redis more than a small entry, because an estimate
    // from some samples is far off when entries differ in size. The newest entry is never dropped.
    private const int MeasuredEvery = 64;
    private const int LargeEntry = 16 * 1024;

    // KEYS: the log. ARGV: batch, age ms, bytes, ms to keep an abandoned log. Trimming by age is approximate, and so cheap
    // (https://redis.io/docs/latest/commands/xtrim/).
    private static readonly string Append = $"""
        redis.call('XADD', KEYS[1], '*', '{Batch}', ARGV[1])
        local time = redis.call('TIME')
        local oldest = time[1] * 1000 + math.floor(time[2] / 1000) - ARGV[2]
        redis.call('XTRIM', KEYS[1], 'MINID', '~', string.format('%.0f', math.max(oldest, 0)))
        local length = redis.call('XLEN', KEYS[1])
        if length % {MeasuredEvery} == 0 or string.len(ARGV[1]) > {LargeEntry} then
          local most = tonumber(ARGV[3])
          local used = redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', 0) or 0
          while used > most and length > 1 do
            length = math.max(1, math.min(length - 1, math.floor(length * most / used)))
            redis.call('XTRIM', KEYS[1], 'MAXLEN', length)
            used = redis.call('MEMORY', 'USAGE', KEYS[1], 'SAMPLES', 0) or 0
          end
        end
        redis.call('PEXPIRE', KEYS[1], ARGV[4])
        """;

    private readonly long _age = (long)options.Value.ExpiresAfter.TotalMilliseconds;
    private readonly long _keep = (long)(options.Value.ExpiresAfter + TimeSpan.FromDays(1)).TotalMilliseconds;

    /// <summary>The key of a generation's log: a group that has the same name later has another one.</summary>
    public static string Key(string group, string generation) => $"{Prefix}{group}:{generation}";

    /// <summary>Appends a batch, and drops entries that are too old or too many.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: Redis is away, or answered with an error.</exception>
    public Task AppendAsync(string key, byte[] batch, CancellationToken cancellationToken) => redis.EvaluateAsync(
        "append-to-log", Append, [key], [batch, _age, options.Value.MaxRedisLogBytes, _keep], cancellationToken);

    /// <summary>Deletes logs.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: Redis is away, or answered with an error.</exception>
    public Task DeleteAsync(IEnumerable<string> keys, CancellationToken cancellationToken) => redis.CallAsync(
        "DEL", Prefix, database => database.KeyDeleteAsync([.. keys.Select(key => (RedisKey)key)]), cancellationToken);

    /// <summary>Keeps a log that has readers but no writers.</summary>
    public Task KeepAsync(IDatabase database, string key) => database.KeyExpireAsync(key, TimeSpan.FromMilliseconds(_keep));

    /// <summary>The entry with an id; null if it is not there.</summary>
    public static async Task<RedisLogEntry?> FindAsync(IDatabase database, string key, string id) =>
        (await database.StreamRangeAsync(key, id, id, count: 1, flags: CommandFlags.DemandMaster)) is [var entry] ? Entry(entry) : null;

    /// <summary>The last entry; null if there is none.</summary>
    public static async Task<RedisLogEntry?> FindLastAsync(IDatabase database, string key) =>
        (await database.StreamRangeAsync(key, count: 1, messageOrder: Order.Descending, flags: CommandFlags.DemandMaster)) is [var entry] ? Entry(entry) : null;

    /// <summary>Waits for entries after an id.</summary>
    /// <param name="database">A connection of its own: it is blocked meanwhile.</param>
    /// <param name="key">The log.</param>
    /// <param name="after">The id.</param>
    /// <returns>The next entries, in order; none if nothing came in <see cref="RedisSideConnections.LongestWait"/>.</returns>
    public static async Task<IReadOnlyList<RedisLogEntry>> ReadAsync(IDatabase database, string key, string after)
    {
        var answer = await database.ExecuteAsync(
            "XREAD",
            [
                "COUNT", PerRead.ToString(CultureInfo.InvariantCulture),
                "BLOCK", RedisSideConnections.LongestWait.TotalMilliseconds.ToString(CultureInfo.InvariantCulture),
                "STREAMS", (RedisKey)key, after,
            ],
            CommandFlags.DemandMaster);
        if (answer.IsNull)
        {
            return [];
        }

        // RESP2 lists pairs, RESP3 has a map; the library shows both as a list. One stream was asked for: its name, its entries.
        var stream = answer[0].Length == 2 ? answer[0] : answer;
        return [.. Enumerable.Range(0, stream[1].Length).Select(i => Entry(stream[1][i]))];
    }

    // Any client can write there, so an entry may have other fields; its body is then empty, and refused.
    private static RedisLogEntry Entry(StreamEntry entry) => new(entry.Id!, (byte[]?)entry[Batch] ?? []);

    private static RedisLogEntry Entry(RedisResult entry)
    {
        var fields = entry[1];
        for (var i = 0; i + 1 < fields.Length; i += 2)
        {
            if ((string?)fields[i] == Batch)
            {
                return new RedisLogEntry((string)entry[0]!, (byte[]?)fields[i + 1] ?? []);
            }
        }

        return new RedisLogEntry((string)entry[0]!, []);
    }
}
