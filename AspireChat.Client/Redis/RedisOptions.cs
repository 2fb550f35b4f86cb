namespace AspireChat.Client.Redis;

/// <summary>The section <c>Chat:Redis</c>: how this client calls Redis, whatever it keeps there.</summary>
public sealed class RedisOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:Redis";

    /// <summary>How long one call to Redis may take (<c>Chat:Redis:CallTimeout</c>): 100 ms to 30 s.</summary>
    public TimeSpan CallTimeout { get; set; } = TimeSpan.FromSeconds(2);
}
