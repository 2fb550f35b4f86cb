using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>A redis-server of this machine.</summary>
/// <param name="name">Its name in the diagram, and of its connection string.</param>
/// <param name="redis">The server.</param>
/// <param name="password">What clients say to it; a secret.</param>
internal sealed class LocalRedisResource(string name, LocalRedis redis, ParameterResource password)
    : LocalServerResource(name, redis.Program, password)
{
    /// <summary>For StackExchange.Redis.</summary>
    public override ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{Address},password={Password}");
}
