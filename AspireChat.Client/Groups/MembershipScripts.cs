namespace AspireChat.Client.Groups;

/// <summary>
/// Every check-then-write on a group's membership, each one Lua script with the server's clock.
/// KEYS are always: group (hash), subscribers (set), active (sorted set by the end of the lease).
/// </summary>
internal static class MembershipScripts
{
    /// <summary>
    /// ARGV: user, mode ('' takes what is there, else durable), lease ms, keep ms. Enters the room, subscribes, and
    /// creates the group if nobody holds a subscription. Answers { 'joined', mode, created, was subscribed } or
    /// { 'conflict', mode }. Also renews.
    /// </summary>
    public const string Join = Prune + """
        local mode = redis.call('HGET', KEYS[1], 'mode')
        local wanted = ARGV[2]
        local created = 0
        if not mode then
          mode = wanted ~= '' and wanted or 'durable'
          redis.call('HSET', KEYS[1], 'mode', mode, 'createdBy', ARGV[1], 'since', string.format('%.0f', now))
          created = 1
        elseif wanted ~= '' and wanted ~= mode then
          return { 'conflict', mode }
        end

        local fresh = redis.call('SADD', KEYS[2], ARGV[1])
        redis.call('ZADD', KEYS[3], string.format('%.0f', now + ARGV[3]), ARGV[1])
        for i = 1, 3 do redis.call('PEXPIRE', KEYS[i], ARGV[4]) end
        return { 'joined', mode, created, 1 - fresh }
        """;

    /// <summary>
    /// ARGV: user, 'leave' or 'give-up'. Leaves the room; a subscription of a durable group is kept unless given up.
    /// Answers 1 if the group is gone now.
    /// </summary>
    public const string Leave = Prune + """
        redis.call('ZREM', KEYS[3], ARGV[1])
        if ARGV[2] == 'give-up' or redis.call('HGET', KEYS[1], 'mode') == 'transient' then
          redis.call('SREM', KEYS[2], ARGV[1])
        end
        if redis.call('SCARD', KEYS[2]) == 0 then
          redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
          return 1
        end
        return 0
        """;

    /// <summary>No ARGV. Answers { mode, members in the room }, or nothing if there is no such group.</summary>
    public const string Describe = Prune + """
        local mode = redis.call('HGET', KEYS[1], 'mode')
        if not mode then return {} end
        return { mode, redis.call('ZCARD', KEYS[3]) }
        """;

    // Forgets leases that are over. In a transient group a subscription is no more than presence, so it goes with the
    // lease, and the group with the last one; a crash leaves no ghost.
    private const string Prune = """
        local time = redis.call('TIME')
        local now = time[1] * 1000 + math.floor(time[2] / 1000)
        local over = redis.call('ZRANGEBYSCORE', KEYS[3], '-inf', string.format('%.0f', now))
        local transient = redis.call('HGET', KEYS[1], 'mode') == 'transient'
        for _, user in ipairs(over) do
          redis.call('ZREM', KEYS[3], user)
          if transient then redis.call('SREM', KEYS[2], user) end
        end
        if transient and redis.call('SCARD', KEYS[2]) == 0 then
          redis.call('DEL', KEYS[1], KEYS[2], KEYS[3])
        end

        """;
}
