namespace AspireChat.AppHost.Servers;

/// <summary>A redis-server of this machine. Its connection string is for StackExchange.Redis.</summary>
/// <param name="name">The name of the resource and its connection string.</param>
/// <param name="redis">The server.</param>
/// <param name="password">The password for clients; a secret.</param>
internal sealed class LocalRedisResource(string name, LocalRedis redis, ParameterResource password)
    : LocalServerResource(name, redis.Program, redis.Port)
{
    /// <inheritdoc/>
    public override ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Address},password={password}");

    /// <inheritdoc/>
    public override string ConnectionString => $"{Address},password={redis.Password}";
}
