namespace AspireChat.AppHost.Servers;

/// <summary>A redis-server of this machine. Its connection string is one for StackExchange.Redis.</summary>
/// <param name="name">Its name in the diagram, and of its connection string.</param>
/// <param name="redis">The server.</param>
/// <param name="password">What clients say to it; a secret.</param>
internal sealed class LocalRedisResource(string name, LocalRedis redis, ParameterResource password)
    : LocalServerResource(name, redis.Program, redis.Port)
{
    /// <inheritdoc/>
    public override ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Address},password={password}");

    /// <inheritdoc/>
    public override string ConnectionString => $"{Address},password={redis.Password}";
}
