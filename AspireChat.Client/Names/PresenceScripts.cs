namespace AspireChat.Client.Names;

/// <summary>
/// Every check-then-write at the name server, each as one Lua script, which Redis runs atomically
/// (https://redis.io/docs/latest/develop/programmability/eval-intro/) and which uses the server's clock.
/// </summary>
/// <remarks>
/// Lua's numbers are doubles, and their text differs between versions of Redis (digits, exponents), so the scripts format
/// them with <c>%.0f</c>. An epoch found in Redis counts only if it is below 2^52; a higher one is treated as a forgery
/// that is meant to leave no higher epoch.
/// The scripts write to the stream of changes whose presence may have changed. It is only a hint where to look: the sorted set of
/// peers says who is online, so a forged entry has no effect, and a stream that cannot be written or read costs a listing.
/// </remarks>
internal static class PresenceScripts
{
    /// <summary>What a change is when a user has registered anew.</summary>
    public const string Registered = "registered";

    /// <summary>What a change is in an answer when the user is not online.</summary>
    public const string Gone = "gone";

    // The most changes that one answer has, and the most ended leases that one call removes.
    private const string Most = "500";

    // More than one answer has. A client that has missed more lists everybody.
    private const string Kept = "2000";

    /// <summary>
    /// KEYS: claim, peer, peers, changes. ARGV: user, fingerprint, address, lease, lease ms, claim ms, minimum epoch,
    /// epoch above which the same key's other lease is left alone (empty: it never is), and the claim's keys: key, sealing key,
    /// signature (empty: none).
    /// Returns { outcome, epoch }, and since if it is registered; the outcome is the number of a <see cref="RegistrationOutcome"/>.
    /// </summary>
    public const string Register = Clock + OfType + ShowKeys + Tell + $$"""
        local function epochOf(text)
          local number = tonumber(text)
          if number and number == math.floor(number) and number >= 0 and number < 4503599627370496 then return number end
          return 0
        end

        ofType(KEYS[1], 'hash')
        ofType(KEYS[2], 'hash')
        ofType(KEYS[3], 'zset')
        local user, fingerprint, address, lease = ARGV[1], ARGV[2], ARGV[3], ARGV[4]
        local claimed = redis.call('HMGET', KEYS[1], 'fingerprint', 'epoch')
        local online = redis.call('HMGET', KEYS[2], 'fingerprint', 'epoch', 'lease', 'since')

        local owner = claimed[1] or online[1]
        if owner and owner ~= fingerprint then return { 1, 0 } end

        local epoch = epochOf(online[2])
        local since = online[4]
        local isNew = online[3] ~= lease
        if isNew then
          if ARGV[8] ~= '' and online[3] and epoch > tonumber(ARGV[8]) then return { 2, epoch } end
          epoch = math.max(epochOf(claimed[2]), epoch, tonumber(ARGV[7])) + 1
          since = string.format('%.0f', now)
          redis.call('DEL', KEYS[2])
          redis.call('HSET', KEYS[2], 'address', address, 'fingerprint', fingerprint,
            'epoch', string.format('%.0f', epoch), 'lease', lease, 'since', since)
          redis.call('HSET', KEYS[1], 'fingerprint', fingerprint, 'epoch', string.format('%.0f', epoch))
        end

        showKeys(KEYS[1], ARGV[9], ARGV[10], ARGV[11])
        redis.call('PEXPIRE', KEYS[2], ARGV[5])
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
        local isAdded = redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[5]), user) == 1
        if isNew or isAdded then tell(user, '{{Registered}}') end
        return { 0, epoch, since or '' }
        """;

    /// <summary>
    /// KEYS: claim, peer, peers, changes. ARGV: user, fingerprint, address, lease, lease ms, claim ms, epoch, since, the claim's keys
    /// as in <see cref="Register"/>, prefix of peer keys, and the version as in <see cref="Changes"/>. Returns nothing if the lease
    /// is not the current one or the name belongs to another key. Otherwise renews the lease and returns what
    /// <see cref="Changes"/> does. Every other field is rewritten, so that a forged one does not outlive a renewal.
    /// </summary>
    public const string Renew = Clock + OfType + ShowKeys + Tell + Prune + Since + $$"""
        ofType(KEYS[1], 'hash')
        ofType(KEYS[2], 'hash')
        ofType(KEYS[3], 'zset')
        if redis.call('HGET', KEYS[2], 'lease') ~= ARGV[4] then return {} end

        local owner = redis.call('HGET', KEYS[1], 'fingerprint')
        if not owner then
          redis.call('HSET', KEYS[1], 'fingerprint', ARGV[2], 'epoch', ARGV[7])
        elseif owner ~= ARGV[2] then
          return {}
        end

        showKeys(KEYS[1], ARGV[9], ARGV[10], ARGV[11])
        redis.call('HSET', KEYS[2], 'address', ARGV[3], 'fingerprint', ARGV[2], 'epoch', ARGV[7], 'since', ARGV[8])
        redis.call('PEXPIRE', KEYS[2], ARGV[5])
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
        if redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[5]), ARGV[1]) == 1 then tell(ARGV[1], '{{Registered}}') end
        prune(ARGV[12])
        return since(ARGV[13])
        """;

    /// <summary>
    /// KEYS: claim, peer, peers, changes. ARGV: user, lease, claim ms. Returns 1 if the registration was removed, 0 if it has another
    /// lease. The claim stays.
    /// </summary>
    public const string Unregister = OfType + Tell + """
        ofType(KEYS[2], 'hash')
        ofType(KEYS[3], 'zset')
        if redis.call('HGET', KEYS[2], 'lease') ~= ARGV[2] then return 0 end
        redis.call('DEL', KEYS[2])
        if redis.call('ZREM', KEYS[3], ARGV[1]) == 1 then tell(ARGV[1], 'unregistered') end
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    /// <summary>
    /// KEYS: peers, changes. ARGV: the prefix of peer keys, and the version that the client knows. Removes users whose lease is over.
    /// Returns { number of peers, version, then user and what of each change }; what is <see cref="Gone"/> if the user is not online
    /// now, and otherwise what the change was. The version is empty if the client's is not known here: it then lists all.
    /// </summary>
    public const string Changes = Clock + OfType + Tell + Prune + Since + """
        ofType(KEYS[1], 'zset')
        prune(ARGV[1])
        return since(ARGV[2])
        """;

    /// <summary>
    /// KEYS: peers, changes. ARGV: the prefix of peer keys. Removes users whose lease is over; returns { version, { users } }. The
    /// version is empty if Redis keeps no changes.
    /// </summary>
    public const string List = Clock + OfType + Tell + Prune + """
        ofType(KEYS[1], 'zset')
        prune(ARGV[1])
        local newest = redis.pcall('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
        if #newest == 0 and not newest.err then
          tell('', 'emptied')
          newest = redis.pcall('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
        end
        return { newest[1] and newest[1][1] or '', redis.call('ZRANGE', KEYS[1], 0, -1) }
        """;

    /// <summary>
    /// KEYS: peers, changes. ARGV: the prefix of peer keys, then users. Returns { user, address, fingerprint, epoch, since } of each of
    /// them who is online. A key of another type counts as having no fields and does not fail the rest.
    /// </summary>
    public const string Read = OfType + Tell + """
        ofType(KEYS[1], 'zset')
        local answer = {}
        for i = 2, #ARGV do
          local key = ARGV[1] .. ARGV[i]
          if redis.call('EXISTS', key) == 1 then
            local record = redis.pcall('HMGET', key, 'address', 'fingerprint', 'epoch', 'since')
            if record.err then record = {} end
            answer[#answer + 1] = { ARGV[i], record[1] or '', record[2] or '', record[3] or '', record[4] or '' }
          elseif redis.call('ZREM', KEYS[1], ARGV[i]) == 1 then
            tell(ARGV[i], 'lapsed')
          end
        end
        return answer
        """;

    /// <summary>
    /// KEYS: since. Returns how many milliseconds ago that key was set, and sets it if it is missing: an empty server begins to
    /// count. It also begins anew if the key is in the future: that is a forgery, or the clock was set back.
    /// </summary>
    public const string Age = Clock + OfType + """
        ofType(KEYS[1], 'string')
        local since = tonumber(redis.call('GET', KEYS[1]) or '')
        if not (since and since >= 0 and since <= now) then
          since = now
          redis.call('SET', KEYS[1], string.format('%.0f', now))
        end
        return now - since
        """;

    // The server's time in milliseconds. TIME is safe with replicas: they receive the effects.
    private const string Clock = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)

        """;

    // A foreign value of another type would make every call fail permanently, so it is deleted and counts as missing.
    private const string OfType = """
        local function ofType(key, kind)
          local found = redis.call('TYPE', key).ok
          if found ~= kind and found ~= 'none' then redis.call('DEL', key) end
        end

        """;

    // Written only if they differ: a renewal every few seconds should not change what is the same.
    private const string ShowKeys = """
        local function showKeys(claim, key, sealKey, signature)
          if key == '' then return end
          local shown = redis.call('HMGET', claim, 'key', 'sealKey', 'sealSignature')
          if shown[1] ~= key or shown[2] ~= sealKey or shown[3] ~= signature then
            redis.call('HSET', claim, 'key', key, 'sealKey', sealKey, 'sealSignature', signature)
          end
        end

        """;

    // An error is left aside: the stream may be full, or forbidden to this client. Peers and changes are the last two KEYS.
    private const string Tell = $$"""
        local peers, changes = KEYS[#KEYS - 1], KEYS[#KEYS]
        ofType(changes, 'stream')
        local function tell(user, what)
          redis.pcall('XADD', changes, 'MAXLEN', '~', '{{Kept}}', '*', 'user', user, 'what', what)
        end

        """;

    // A bounded number of ended leases; and of one user at random, whether there is a record at all.
    private const string Prune = $$"""
        local function prune(prefix)
          local function remove(user)
            if redis.call('ZREM', peers, user) == 1 then tell(user, 'lapsed') end
          end
          redis.call('ZREM', peers, '') -- No user's name: only a primary may answer, and a replica refuses every change.
          local over = redis.call('ZRANGEBYSCORE', peers, '-inf', string.format('%.0f', now), 'LIMIT', 0, {{Most}})
          for _, user in ipairs(over) do remove(user) end
          local some = redis.call('ZRANDMEMBER', peers)
          if some and redis.call('EXISTS', prefix .. some) == 0 then remove(some) end
        end

        """;

    // A version is the id of an entry that must still be there: after a trim, a loss of data or a return of older data it is not.
    private const string Since = $$"""
        local function since(version)
          local answer = { redis.call('ZCARD', peers), '' }
          if version == '' then return answer end

          -- The common case, and quicker than the search for the version's entry.
          local newest = redis.pcall('XREVRANGE', changes, '+', '-', 'COUNT', 1)
          if newest[1] and newest[1][1] == version then
            answer[2] = version
            return answer
          end

          local entries = redis.pcall('XRANGE', changes, version, '+', 'COUNT', {{Most}} + 2)
          if entries.err or #entries == 0 or #entries > {{Most}} + 1 or entries[1][1] ~= version then return answer end
          answer[2] = entries[#entries][1]
          for i = 2, #entries do
            local user, what = entries[i][2][2], entries[i][2][4] or ''
            answer[#answer + 1] = user
            answer[#answer + 1] = redis.call('ZSCORE', peers, user) and what or '{{Gone}}'
          end
          return answer
        end

        """;
}
