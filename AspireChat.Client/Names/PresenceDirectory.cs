using System.Globalization;
using AspireChat.Client.Identity;
using AspireChat.Client.Redis;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Names;

/// <summary>
/// The name server: who owns which name, who is online, and at what address. It says where to find a peer, never whom to trust.
/// </summary>
/// <remarks>
/// Keys (docs/protocol.md): <c>chat:claim:{user}</c> hash <c>fingerprint</c>, <c>epoch</c>, <c>key</c>, <c>sealKey</c>,
/// <c>sealSignature</c>; <c>chat:peer:{user}</c> hash <c>address</c>, <c>fingerprint</c>, <c>epoch</c>, <c>lease</c>,
/// <c>since</c> (milliseconds since 1970-01-01 UTC),
/// expiring with the lease; <c>chat:peers</c> sorted set of users by the end of their lease in such milliseconds;
/// <c>chat:changes</c> stream of users who came or went, with <c>user</c> and <c>what</c>; <c>chat:since</c>, the time since which it has kept its data, in such milliseconds.
/// User names are those of <see cref="ChatName"/> everywhere. Every call is bounded by
/// <see cref="RedisOptions.CallTimeout"/> and ends with a <see cref="ChatException"/>
/// (<see cref="ChatFault.Unavailable"/>) if Redis is away or answers with an error.
/// </remarks>
public sealed partial class PresenceDirectory(
    RedisConnection redis, IOptions<NameServerOptions> options, ILogger<PresenceDirectory> logger)
{
    private const string PeerPrefix = "chat:peer:";
    private const string ClaimPrefix = "chat:claim:";
    private const string PeersKey = "chat:peers";
    private const string ChangesKey = "chat:changes";
    private const string SinceKey = "chat:since";

    private readonly NameServerOptions _options = options.Value;

    /// <summary>
    /// Registers a lease, and claims the name for its key. The same key takes over from its own older lease, whose token becomes
    /// invalid. Repeating the call with the same lease prolongs it.
    /// </summary>
    /// <param name="lease">The lease to register.</param>
    /// <param name="minimumEpoch">The highest epoch known to be used: the new one is higher, even if Redis has lost its data.</param>
    /// <param name="yieldAbove">A registration of the same key with an epoch above this one is left alone; null if none is.</param>
    /// <param name="cancellationToken">Gives up waiting; the registration may still happen.</param>
    public async Task<Registration> RegisterAsync(
        Lease lease, long minimumEpoch, long? yieldAbove, CancellationToken cancellationToken)
    {
        var answer = await redis.EvaluateAsync(
            "register",
            PresenceScripts.Register,
            KeysOf(lease.User),
            [
                lease.User,
                lease.Fingerprint,
                PeerAddress.Text(lease.Address),
                lease.Token,
                Milliseconds(_options.Lease),
                Milliseconds(_options.ClaimFor),
                minimumEpoch,
                yieldAbove?.ToString(CultureInfo.InvariantCulture) ?? "",
                .. KeysIn(lease),
            ],
            cancellationToken);
        var fields = ((RedisValue[]?)answer)!;
        var registration = new Registration((RegistrationOutcome)(int)fields[0], (long)fields[1]);
        if (registration.Outcome == RegistrationOutcome.Registered)
        {
            lease.Grant(registration.Epoch, (string)fields[2]!);
        }

        return registration;
    }

    /// <summary>
    /// Prolongs a registration and rewrites its record, so that forged fields last until the next renewal at most. A forged
    /// lease ends the registration instead. The same call tells who came and went.
    /// </summary>
    /// <param name="lease">The lease.</param>
    /// <param name="version">The version up to which this client knows the changes; empty if it knows none.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>
    /// The changes since; null if the lease is gone or superseded, or the name now belongs to another key; registering again tells
    /// which.
    /// </returns>
    public async Task<PresenceChanges?> RenewAsync(Lease lease, string version, CancellationToken cancellationToken) =>
        PresenceChanges.Parse(await redis.EvaluateAsync(
            "renew",
            PresenceScripts.Renew,
            KeysOf(lease.User),
            [
                lease.User,
                lease.Fingerprint,
                PeerAddress.Text(lease.Address),
                lease.Token,
                Milliseconds(_options.Lease),
                Milliseconds(_options.ClaimFor),
                lease.Epoch,
                lease.Since,
                .. KeysIn(lease),
                PeerPrefix,
                version,
            ],
            cancellationToken));

    /// <summary>Removes a registration; the claim to the name stays.</summary>
    /// <returns>False if the name was no longer registered with this lease.</returns>
    public async Task<bool> UnregisterAsync(Lease lease, CancellationToken cancellationToken) =>
        (int)await redis.EvaluateAsync(
            "unregister",
            PresenceScripts.Unregister,
            KeysOf(lease.User),
            [lease.User, lease.Token, Milliseconds(_options.ClaimFor)],
            cancellationToken) == 1;

    /// <summary>Looks up where a user is; null if the user is not online, or if the record is malformed.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Unavailable"/>: as for every call, or because no peer can have the recorded address.
    /// </exception>
    public async Task<PeerRecord?> LookUpAsync(string user, CancellationToken cancellationToken)
    {
        var fields = await ReadAsync(PeerPrefix, user, ["address", "fingerprint", "epoch", "since"], cancellationToken);
        if (fields is null)
        {
            return null;
        }

        if (fields[0] is { Length: > 0 } address && PeerAddress.Refuse(address, out _) is { } fault)
        {
            // The user is not absent: that user's client writes the right address at its next renewal.
            Log.RefusedAddress(logger, user, fault);
            throw new ChatException(
                ChatFault.Unavailable, $"The name server has an address of {user} that no peer can have: {fault}. Try again in some seconds.");
        }

        return Reported(PeerRecord.Parse(user, fields[0], fields[1], fields[2], fields[3]), user);
    }

    /// <summary>The key that owns a name, online or not; null if none does, or if the claim is malformed.</summary>
    public async Task<Claim?> FindClaimAsync(string user, CancellationToken cancellationToken)
    {
        var fields = await ReadAsync(ClaimPrefix, user, ["fingerprint", "epoch"], cancellationToken);
        return fields is null ? null : Reported(Claim.Parse(user, fields[0], fields[1]), user);
    }

    /// <summary>The key that owns a name, with the key to which letters for its user are sealed.</summary>
    /// <returns>Null if the name is not claimed. The sealing key is null if there is none, or none that the owner vouches for.</returns>
    public async Task<(string Fingerprint, SealingKey? Key)?> FindSealingKeyAsync(string user, CancellationToken cancellationToken)
    {
        var fields = await ReadAsync(
            ClaimPrefix, user, ["fingerprint", "epoch", "key", "sealKey", "sealSignature"], cancellationToken);
        if (fields is null || Reported(Claim.Parse(user, fields[0], fields[1]), user) is not { } claim)
        {
            return null;
        }

        return (claim.Fingerprint, RecordFields.TryParseBytes(fields[2], out var identity)
            && RecordFields.TryParseBytes(fields[3], out var key)
            && RecordFields.TryParseBytes(fields[4], out var signature)
            && Fingerprint.Of(identity) == claim.Fingerprint
            && new SealingKey(key, signature) is var sealing
            && sealing.IsVouchedForBy(identity)
                ? sealing
                : null);
    }

    /// <summary>
    /// How long the name server has certainly kept its data: since the first such question after it came up empty, and since
    /// this client's connection to it broke, when another server with older data may have taken its place.
    /// </summary>
    public async Task<TimeSpan> AgeAsync(CancellationToken cancellationToken)
    {
        var age = TimeSpan.FromMilliseconds((long)await redis.EvaluateAsync("age", PresenceScripts.Age, [SinceKey], [], cancellationToken));
        return redis.UnbrokenFor is { } unbroken && unbroken < age ? unbroken : age;
    }

    /// <summary>Who came and went since a version.</summary>
    public async Task<PresenceChanges> ReadChangesAsync(string version, CancellationToken cancellationToken) =>
        PresenceChanges.Parse(await redis.EvaluateAsync(
            "read-changes", PresenceScripts.Changes, [PeersKey, ChangesKey], [PeerPrefix, version], cancellationToken))!;

    /// <summary>All who are online, as anyone may have written them there; what is no name is among them.</summary>
    /// <returns>The names and the version up to which they have the changes; it is empty if Redis keeps none for this client.</returns>
    public async Task<(string Version, IReadOnlyList<string> Names)> ListNamesAsync(CancellationToken cancellationToken)
    {
        var answer = ((RedisResult[]?)await redis.EvaluateAsync(
            "list-peers", PresenceScripts.List, [PeersKey, ChangesKey], [PeerPrefix], cancellationToken))!;
        return ((string)answer[0]!, ((string[]?)answer[1])!);
    }

    /// <summary>The records of those of the given users who are online, in the given order. Malformed records are left out.</summary>
    public async Task<IReadOnlyList<PeerRecord>> ReadAsync(IEnumerable<string> users, CancellationToken cancellationToken)
    {
        var answer = await redis.EvaluateAsync(
            "read-peers",
            PresenceScripts.Read,
            [PeersKey, ChangesKey],
            [PeerPrefix, .. users.Select(user => (RedisValue)user)],
            cancellationToken);
        var records = new List<PeerRecord>();
        foreach (var row in ((RedisResult[]?)answer)!)
        {
            var fields = ((string[]?)row)!;
            if (Reported(PeerRecord.Parse(fields[0], fields[1], fields[2], fields[3], fields[4]), fields[0]) is { } record)
            {
                records.Add(record);
            }
        }

        return records;
    }

    private static RedisKey[] KeysOf(string user) => [ClaimPrefix + user, PeerPrefix + user, PeersKey, ChangesKey];

    private static RedisValue[] KeysIn(Lease lease) => lease.Keys is { } keys
        ? [Text(keys.Identity), Text(keys.Sealing.PublicKey), Text(keys.Sealing.Signature)]
        : ["", "", ""];

    private static string Text(byte[] bytes) => Convert.ToBase64String(bytes);

    private static long Milliseconds(TimeSpan span) => (long)span.TotalMilliseconds;

    // Returns null if there is no such hash.
    private async Task<string?[]?> ReadAsync(string prefix, string user, RedisValue[] fields, CancellationToken cancellationToken)
    {
        try
        {
            var values = await redis.CallAsync(
                "HMGET", prefix.TrimEnd(':'), database => database.HashGetAsync(prefix + user, fields), cancellationToken);
            return values.All(value => value.IsNull) ? null : [.. values.Select(value => (string?)value)];
        }
        catch (ChatException e) when (e.InnerException is RedisServerException { Message: var said } && said.StartsWith("WRONGTYPE", StringComparison.Ordinal))
        {
            // The value is not a hash: treat it as a malformed record.
            return new string?[fields.Length];
        }
    }

    private T? Reported<T>(T? record, string user)
        where T : class
    {
        if (record is null)
        {
            Log.SkippedMalformed(logger, user, typeof(T).Name);
        }

        return record;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "The name server holds a malformed {Kind} of {User}; skipped", EventName = "RecordMalformed")]
        public static partial void SkippedMalformed(ILogger logger, string user, string kind);

        [LoggerMessage(2, LogLevel.Warning, "The name server has an address of {User} that no peer can have: {Fault}", EventName = "AddressRefused")]
        public static partial void RefusedAddress(ILogger logger, string user, string fault);
    }
}
