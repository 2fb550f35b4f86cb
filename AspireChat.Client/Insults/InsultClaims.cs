using AspireChat.Client.Identity;
using AspireChat.Client.Redis;
using StackExchange.Redis;

namespace AspireChat.Client.Insults;

/// <summary>
/// Decides which client an insult belongs to. The work queue delivers each insult to one client at a time, and to another if
/// the first disappears before it acknowledges; the claim at Redis decides which of them shows it.
/// </summary>
internal sealed class InsultClaims(RedisConnection redis, LocalPeer self)
{
    private const string Prefix = "chat:insult";

    // Far longer than an insult stays unacknowledged.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>Claims an insult.</summary>
    /// <returns>Whether the insult is this client's, by this claim or an earlier one.</returns>
    public async Task<bool> ClaimAsync(string sender, Guid id, CancellationToken cancellationToken)
    {
        var key = Key(sender, id);
        return await redis.CallAsync(
            "SET", Prefix, database => database.StringSetAsync(key, self.Identity.Fingerprint, Kept, When.NotExists), cancellationToken)
            || await IsOwnAsync(sender, id, cancellationToken);
    }

    /// <summary>Whether this client has claimed an insult.</summary>
    public async Task<bool> IsOwnAsync(string sender, Guid id, CancellationToken cancellationToken)
    {
        var owner = await redis.CallAsync("GET", Prefix, database => ReadAsync(database, Key(sender, id)), cancellationToken);
        return owner == self.Identity.Fingerprint;
    }

    // A client that can write to Redis can store another type there, which would fail at every retry; it counts as unclaimed.
    private static async Task<RedisValue> ReadAsync(IDatabase database, RedisKey key)
    {
        try
        {
            return await database.StringGetAsync(key);
        }
        catch (RedisServerException e) when (e.Message.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            return RedisValue.Null;
        }
    }

    // The key contains the sender's fingerprint, because another sender's insult may have the same id.
    private static RedisKey Key(string sender, Guid id) => $"{Prefix}:{Fingerprint.Prefix(sender)}:{id}";
}
