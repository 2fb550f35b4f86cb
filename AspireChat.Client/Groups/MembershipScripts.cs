namespace AspireChat.Client.Groups;

/// <summary>
/// Every check-then-write on a group's membership, each one Lua script with the server's clock.
/// KEYS are always: group (hash), subscribers (set), active (sorted set by the end of the lease), seqs (hash).
/// </summary>
internal static class MembershipScripts
{
    // Scripts are put together in this order, so what others begin with comes first.
    private static readonly string Modes = $$"""
        local default = '{{GroupMode.All[0]}}'
        local kept = { {{string.Join(", ", GroupMode.All.Select(mode => $"['{mode}'] = {(mode.IsKept ? "true" : "false")}"))}} }

        """;

    // Forgets leases that are over. Where a subscription is not kept it is no more than presence, so it goes with the
    // lease, and the group with the last one; a crash leaves no ghost.
    private static readonly string Prune = Modes + """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local over = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
        local isKept = kept[redis.call('HGET', KEYS[1], 'mode')] ~= false
        for _, user in ipairs(over) do
          redis.call('ZREM', KEYS[3], user)
          if not isKept then redis.call('SREM', KEYS[2], user) end
        end
        if not isKept and redis.call('SCARD', KEYS[2]) == 0 then
          redis.call('DEL', unpack(KEYS))
        end

        """;

    // Only upwards: what is told late must not undo what was told since.
    private static readonly string Raise = """
        local function raise(from)
          for i = from, #ARGV - 1, 2 do
            local present = tonumber(redis.call('HGET', KEYS[4], ARGV[i]) or '0') or 0
            if present < tonumber(ARGV[i + 1]) then redis.call('HSET', KEYS[4], ARGV[i], ARGV[i + 1]) end
          end
        end

        """;

    /// <summary>
    /// ARGV: user, mode ('' takes what is there, else durable), lease ms, keep ms, generation, 'new', 'again' or 'renew',
    /// then pairs of a sender's key and seq. Enters the room, subscribes, and creates the group with that generation if
    /// nobody holds a subscription. Answers { 'joined', mode, created, was subscribed, generation, earlier }, unless for
    /// 'renew' followed by the pairs of all senders, { 'conflict', mode }, or { 'unknown', mode }, which
    /// changes nothing.
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

        -- Somebody was faster than those who were in the room of a group that Redis has lost: both are meant.
        local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '0') or 0
        if ARGV[6] == 'renew' and generation ~= ARGV[5] and now - since < tonumber(ARGV[3])
            and not string.find(earlier, ARGV[5], 1, true) then
          earlier = earlier == '' and ARGV[5] or earlier .. ' ' .. ARGV[5]
          redis.call('HSET', KEYS[1], 'earlier', earlier)
        end

        raise(7)
        local fresh = redis.call('SADD', KEYS[2], ARGV[1])
        redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[3]), ARGV[1])
        for i = 1, 4 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
        local answer = { 'joined', mode, tostring(created), tostring(1 - fresh), generation, earlier }
        if ARGV[6] ~= 'renew' then
          for _, field in ipairs(redis.call('HGETALL', KEYS[4])) do table.insert(answer, field) end
        end
        return answer
        """;

    /// <summary>
    /// ARGV: keep ms, then pairs of a sender's key and seq. Remembers that each has said so much, if there is such a group.
    /// </summary>
    public static readonly string Record = Raise + """
        if redis.call('EXISTS', KEYS[1]) == 0 then return 0 end
        raise(2)
        redis.call('PEXPIRE', KEYS[4], ARGV[1])
        return 1
        """;

    /// <summary>
    /// ARGV: user, 'leave' or 'give-up', keep ms, then pairs of a sender's key and seq. Leaves the room; a subscription of
    /// a durable group is kept unless given up.
    /// Answers 1 if the group is gone now.
    /// </summary>
    public static readonly string Leave = Prune + Raise + """
        redis.call('ZREM', KEYS[3], ARGV[1])
        if ARGV[2] == 'give-up' or not isKept then
          redis.call('SREM', KEYS[2], ARGV[1])
        end
        if redis.call('SCARD', KEYS[2]) == 0 then
          redis.call('DEL', unpack(KEYS))
          return 1
        end
        raise(4)
        redis.call('PEXPIRE', KEYS[4], ARGV[3])
        return 0
        """;

    /// <summary>
    /// No ARGV. Answers { mode, members in the room, generation, earlier, ms since its creation }, or nothing if there is
    /// no such group.
    /// </summary>
    public static readonly string Describe = Prune + """
        local mode = redis.call('HGET', KEYS[1], 'mode')
        if not mode then return {} end
        local since = tonumber(redis.call('HGET', KEYS[1], 'since') or '0') or 0
        return {
          mode,
          tostring(redis.call('ZCARD', KEYS[3])),
          redis.call('HGET', KEYS[1], 'generation') or '',
          redis.call('HGET', KEYS[1], 'earlier') or '',
          string.format('%.0f', now - since),
        }
        """;
}
