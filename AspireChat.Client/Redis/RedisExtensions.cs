using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Redis;

/// <summary>Registers the connection to Redis.</summary>
public static class RedisExtensions
{
    /// <summary>The name of the connection: in <c>ConnectionStrings</c>, among the health checks and the connection states.</summary>
    public const string ConnectionName = "redis";

    /// <summary>Adds the connection to Redis.</summary>
    public static IHostApplicationBuilder AddRedis(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<RedisOptions, RedisOptionsValidator>()
            .BindConfiguration(RedisOptions.Section);
        builder.AddRedisClient(
            ConnectionName,
            settings =>
            {
                // This client has its own check: being connected does not mean being registered.
                settings.DisableHealthChecks = true;

                // RedisConnection has its own spans: the library's cover everything it did in the meantime, for any caller, which is
                // mostly heartbeats.
                settings.DisableTracing = true;
            },
            KeepTrying);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new RedisConnection(
            services.GetRequiredService<IConnectionMultiplexer>,
            services.GetRequiredService<IOptions<RedisOptions>>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<RedisSideConnections>();
        return builder;
    }

    /// <summary>Configures a connection that survives the loss of Redis.</summary>
    internal static void KeepTrying(ConfigurationOptions redis)
    {
        redis.AbortOnConnectFail = false;

        // Pool sizes, the machine name and the like fill a log line without helping its reader.
        redis.IncludeDetailInExceptions = false;

        // A call that was given up must not be sent later, when Redis is back.
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        redis.ConnectTimeout = 2_000;
        redis.ReconnectRetryPolicy = new LinearRetry(500);

        // Seconds between keep-alives; without them a connection whose other end vanished would look alive for minutes.
        redis.KeepAlive = 5;
    }
}
