namespace AspireChat.Client.Names;

/// <summary>
/// Every check-then-write at the name server, each as one Lua script, which Redis runs atomically
/// (https://redis.io/docs/latest/develop/programmability/eval-intro/) and which uses the server's clock.
/// </summary>
/// <remarks>
/// Lua's numbers are doubles, and their text differs between versions of Redis (digits, exponents), so the scripts format
/// them with <c>%.0f</c>. An epoch found in Redis counts only if it is below 2^52; a higher one is treated as a forgery
/// that is meant to leave no higher epoch.
/// </remarks>
internal static class PresenceScripts
{
    /// <summary>
    /// KEYS: claim, peer, peers. ARGV: user, fingerprint, address, lease, lease ms, claim ms, minimum epoch,
    /// epoch above which the same key's other lease is left alone (empty: it never is), and the claim's keys: key, sealing key,
    /// signature (empty: none).
    /// Returns { outcome, epoch }, and since if it is registered; the outcome is the number of a <see cref="RegistrationOutcome"/>.
    /// </summary>
    public const string Register = Clock + OfType + ShowKeys + """
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
        if online[3] ~= lease then
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
        redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[5]), user)
        return { 0, epoch, since or '' }
        """;

    /// <summary>
    /// KEYS: claim, peer, peers. ARGV: user, fingerprint, address, lease, lease ms, claim ms, epoch, since, and the claim's keys as
    /// in <see cref="Register"/>. Returns 1 if the lease was renewed, 0 if it is not the current one or the name belongs to another key. Every other field is rewritten, so
    /// that a forged one does not outlive a renewal.
    /// </summary>
    public const string Renew = Clock + OfType + ShowKeys + """
        ofType(KEYS[1], 'hash')
        ofType(KEYS[2], 'hash')
        ofType(KEYS[3], 'zset')
        if redis.call('HGET', KEYS[2], 'lease') ~= ARGV[4] then return 0 end

        local owner = redis.call('HGET', KEYS[1], 'fingerprint')
        if not owner then
          redis.call('HSET', KEYS[1], 'fingerprint', ARGV[2], 'epoch', ARGV[7])
        elseif owner ~= ARGV[2] then
          return 0
        end

        showKeys(KEYS[1], ARGV[9], ARGV[10], ARGV[11])
        redis.call('HSET', KEYS[2], 'address', ARGV[3], 'fingerprint', ARGV[2], 'epoch', ARGV[7], 'since', ARGV[8])
        redis.call('PEXPIRE', KEYS[2], ARGV[5])
        redis.call('PEXPIRE', KEYS[1], ARGV[6])
        redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[5]), ARGV[1])
        return 1
        """;

    /// <summary>
    /// KEYS: claim, peer, peers. ARGV: user, lease, claim ms. Returns 1 if the registration was removed, 0 if it has another
    /// lease. The claim stays.
    /// </summary>
    public const string Unregister = OfType + """
        ofType(KEYS[2], 'hash')
        ofType(KEYS[3], 'zset')
        if redis.call('HGET', KEYS[2], 'lease') ~= ARGV[2] then return 0 end
        redis.call('DEL', KEYS[2])
        redis.call('ZREM', KEYS[3], ARGV[1])
        redis.call('PEXPIRE', KEYS[1], ARGV[3])
        return 1
        """;

    /// <summary>
    /// KEYS: peers. ARGV: the prefix of peer keys. Returns { user, address, fingerprint, epoch, since } of each user who is
    /// online, and removes users whose lease is over. A key of another type counts as having no fields and does not fail the rest.
    /// </summary>
    public const string List = Clock + OfType + """
        ofType(KEYS[1], 'zset')
        redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', string.format('%.0f', now))
        local answer = {}
        for _, user in ipairs(redis.call('ZRANGE', KEYS[1], 0, -1)) do
          local key = ARGV[1] .. user
          if redis.call('EXISTS', key) == 1 then
            local record = redis.pcall('HMGET', key, 'address', 'fingerprint', 'epoch', 'since')
            if record.err then record = {} end
            answer[#answer + 1] = { user, record[1] or '', record[2] or '', record[3] or '', record[4] or '' }
          else
            redis.call('ZREM', KEYS[1], user)
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
}
