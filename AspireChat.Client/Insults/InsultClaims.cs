using AspireChat.Client.Identity;
using AspireChat.Client.Redis;
using StackExchange.Redis;

namespace AspireChat.Client.Insults;

/// <summary>
/// Which client an insult belongs to. The work queue gives each to one client at a time, but gives it to another when
/// the first is gone before it acknowledged; the claim at Redis decides which of them shows it.
/// </summary>
internal sealed class InsultClaims(RedisConnection redis, LocalPeer self)
{
    private const string Prefix = "chat:insult";

    // Far longer than an insult stays unacknowledged.
    private static readonly TimeSpan Kept = TimeSpan.FromDays(7);

    /// <summary>Claims an insult.</summary>
    /// <returns>True if it is this client's, by this claim or an earlier one.</returns>
    public async Task<bool> ClaimAsync(string sender, Guid id, CancellationToken cancellationToken)
    {
        var key = Key(sender, id);
        return await redis.CallAsync(
            "SET", Prefix, database => database.StringSetAsync(key, self.Identity.Fingerprint, Kept, When.NotExists), cancellationToken)
            || await IsOwnAsync(sender, id, cancellationToken);
    }

    /// <summary>Whether an insult was claimed by this client.</summary>
    public async Task<bool> IsOwnAsync(string sender, Guid id, CancellationToken cancellationToken)
    {
        var owner = await redis.CallAsync("GET", Prefix, database => ReadAsync(database, Key(sender, id)), cancellationToken);
        return owner == self.Identity.Fingerprint;
    }

    // Who can write at Redis can put something else there. It would be an error at every try; nobody has claimed it.
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

    // The sender's key is part of it: somebody else's insult with the same id is another one.
    private static RedisKey Key(string sender, Guid id) => $"{Prefix}:{Fingerprint.Prefix(sender)}:{id}";
}
