namespace AspireChat.Client.Groups;

/// <summary>
/// The check-then-write operations on a group's membership, each one a Lua script that uses the server's clock. KEYS are
/// group (hash), subscribers (set), active (sorted set by the end of the lease), seqs (hash).
/// </summary>
internal static class MembershipScripts
{
    // Static fields are initialized in this order, so a common part comes before the scripts that use it.
    private static readonly string Modes = $$"""
        local default = '{{GroupMode.All[0]}}'
        local kept = { {{string.Join(", ", GroupMode.All.Select(mode => $"['{mode}'] = {(mode.IsKept ? "true" : "false")}"))}} }

        """;

    // Removes expired leases, unless only newer clients know what they mean in this mode. A subscription that is not kept is mere
    // presence, so it ends with the lease, and the group with its last subscription: a client that crashes leaves no trace.
    private static readonly string Prune = Modes + """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local present = redis.call('HGET', KEYS[1], 'mode')
        local isKept = kept[present] ~= false
        local isUnknown = present and kept[present] == nil
        local over = isUnknown and {} or redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
        for _, user in ipairs(over) do
          redis.call('ZREM', KEYS[3], user)
          if not isKept then redis.call('SREM', KEYS[2], user) end
        end
        if not isKept and redis.call('SCARD', KEYS[2]) == 0 then
          redis.call('DEL', unpack(KEYS))
        end

        """;

    // Only raises values: a late report must not undo a newer one.
    private static readonly string Raise = """
        local function raise(from)
          for i = from, #ARGV - 1, 2 do
            local present = tonumber(redis.call('HGET', KEYS[4], ARGV[i]) or '0') or 0
            if present < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
          end
        end

        """;

    /// <summary>
    /// ARGV: user, mode ('' accepts any, and makes a new group durable), lease ms, keep ms, generation, 'new', 'again' or
    /// 'renew', then pairs of a sender's key and seq. Enters the room, subscribes, and creates the group with that
    /// generation if it has no subscriber. Returns { 'joined', mode, created, was subscribed, generation, earlier },
    /// followed, except for 'renew', by the pairs of all senders; or { 'conflict', mode } or { 'unknown', mode }, which
    /// change nothing.
    /// </summary>
    public static readonly string Join = Prune + Raise + """
        local mode = redis.call('HGET', KEYS[1], 'mode')
        if mode and kept[mode] == nil then return { 'unknown', mode } end
        local wanted = ARGV[2]
        local created = 0
        if not mode then
          mode = wanted ~= '' and wanted or default
          redis.call('HSET', KEYS[1], 'mode', mode, 'createdBy', ARGV[1], 'since', string.format('%.0f', now))
          created = 1
        elseif wanted ~= '' and wanted ~= mode then
          return { 'conflict', mode }
        end

        redis.call('HSETNX', KEYS[1], 'generation', ARGV[5])
        local generation = redis.call('HGET', KEYS[1], 'generation')
        local earlier = redis.call('HGET', KEYS[1], 'earlier') or ''

        -- Redis lost the group, and a newcomer created it before its members renewed: both generations are valid.
        local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '0') or 0
        if ARGV[6] == 'renew' and generation ~= ARGV[5] and now - since < tonumber(ARGV[3])
            and not string.find(earlier, ARGV[5], 1, true) then
          earlier = earlier == '' and ARGV[5] or earlier .. ' ' .. ARGV[5]
          redis.call('HSET', KEYS[1], 'earlier', earlier)
        end

        raise(7)
        local fresh = redis.call('SADD', KEYS[2], ARGV[1])

        -- Redis had lost this subscription, and perhaps those of others who are away.
        if ARGV[6] ~= 'new' and fresh == 1 then redis.call('HSET', KEYS[1], 'restored', '1') end
        redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[3]), ARGV[1])
        for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
        local answer = { 'joined', mode, tostring(created), tostring(1 - fresh), generation, earlier }
        if ARGV[6] ~= 'renew' then
          for _, field in ipairs(redis.call('HGETALL', KEYS[4])) do table.insert(answer, field) end
        end
        return answer
        """;

    /// <summary>
    /// Unlike in the other scripts, KEYS are those four of each of several groups. ARGV: user, lease ms, keep ms, and for each group
    /// mode, generation, a sender's key and seq. Renews where nothing has happened since: the mode and the generation are those, the
    /// only ones, and the user is subscribed and in the room. Returns 1 for such a group; 0 for another, which Join must renew.
    /// </summary>
    public static readonly string Renew = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local user = ARGV[1]
        local answer = {}
        for i = 0, #KEYS / 4 - 1 do
          local group, subscribers, active, seqs = KEYS[4 * i + 1], KEYS[4 * i + 2], KEYS[4 * i + 3], KEYS[4 * i + 4]
          local mode, generation, sender, seq = ARGV[4 * i + 4], ARGV[4 * i + 5], ARGV[4 * i + 6], ARGV[4 * i + 7]

          -- A key of another type fails here, for this group alone.
          local found = redis.pcall('HMGET', group, 'mode', 'generation', 'earlier')
          local lease = redis.pcall('ZSCORE', active, user)
          local said = redis.pcall('HGET', seqs, sender)
          if found[1] == mode and found[2] == generation and (found[3] or '') == ''
              and redis.pcall('SISMEMBER', subscribers, user) == 1
              and type(lease) == 'string' and tonumber(lease) > now
              and type(said) ~= 'table' then
            redis.call('ZADD', active, string.format('%.0f', now + ARGV[2]), user)
            if (tonumber(said or '0') or 0) < tonumber(seq) then redis.call('HSET', seqs, sender, seq) end
            for k = 4 * i + 1, 4 * i + 4 do redis.call('PEXPIRE', KEYS[k], ARGV[3]) end
            answer[i + 1] = 1
          else
            answer[i + 1] = 0
          end
        end
        return answer
        """;

    /// <summary>
    /// ARGV: keep ms, then pairs of a sender's key and seq. Records each sender's last seq if the group exists.
    /// </summary>
    public static readonly string Record = Raise + """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        raise(2)
        redis.call('PEXPIRE', KEYS[4], ARGV[1])
        return 1
        """;

    /// <summary>
    /// ARGV: user, 'leave' or 'give-up', keep ms, then pairs of a sender's key and seq. Leaves the room; a subscription to a
    /// group that keeps messages is kept unless 'give-up' is passed. Returns 1 if the group is now gone; 2 if it is gone, but
    /// was once lost here, so that somebody who has been away since then may still subscribe to it.
    /// </summary>
    public static readonly string Leave = Prune + Raise + """
        redis.call('ZREM', KEYS[3], ARGV[1])
        if ARGV[2] == 'give-up' or not isKept then
          redis.call('SREM', KEYS[2], ARGV[1])
        end
        if redis.call('SCARD', KEYS[2]) == 0 then
          local restored = redis.call('HGET', KEYS[1], 'restored')
          redis.call('DEL', unpack(KEYS))
          return present and not restored and 1 or 2
        end
        raise(4)
        redis.call('PEXPIRE', KEYS[4], ARGV[3])
        return 0
        """;

    /// <summary>
    /// No ARGV. Returns { mode, members in the room, generation, earlier, ms since its creation }, or nothing if the group
    /// does not exist.
    /// </summary>
    public static readonly string Describe = Prune + """
        local mode = redis.call('HGET', KEYS[1], 'mode')
        if not mode then return {} end
        local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '0') or 0
        if not (since >= 0 and since <= now) then since = now end
        return {
          mode,
          tostring(redis.call('ZCARD', KEYS[3])),
          redis.call('HGET', KEYS[1], 'generation') or '',
          redis.call('HGET', KEYS[1], 'earlier') or '',
          string.format('%.0f', now - since),
        }
        """;

    /// <summary>No ARGV. Returns { mode, then each member in the room }, or nothing if the group does not exist.</summary>
    public static readonly string Members = Prune + """
        local mode = redis.call('HGET', KEYS[1], 'mode')
        if not mode then return {} end
        local answer = redis.call('ZRANGE', KEYS[3], 0, -1)
        table.insert(answer, 1, mode)
        return answer
        """;
}
