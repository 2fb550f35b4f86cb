using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Redis;

/// <summary>Registration of the connection.</summary>
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
                // Our own: being connected is not yet being registered.
                settings.DisableHealthChecks = true;

                // RedisConnection has spans of its own: the library's are made of what it did meanwhile, for whomever, and
                // most of that is heartbeats.
                settings.DisableTracing = true;
            },
            KeepTrying);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => new RedisConnection(
            services.GetRequiredService<IConnectionMultiplexer>,
            services.GetRequiredService<IOptions<RedisOptions>>(),
            services.GetRequiredService<TimeProvider>()));
        return builder;
    }

    /// <summary>How a connection to Redis outlives Redis.</summary>
    internal static void KeepTrying(ConfigurationOptions redis)
    {
        redis.AbortOnConnectFail = false;

        // Pool sizes, machine name and the like fill a log line and tell its reader nothing.
        redis.IncludeDetailInExceptions = false;

        // A question that was given up must not be sent later, when Redis is back.
        redis.BacklogPolicy = BacklogPolicy.FailFast;
        redis.ConnectTimeout = 2_000;
        redis.ReconnectRetryPolicy = new LinearRetry(500);

        // Seconds between signs of life; without them a connection whose other end vanished would look alive for minutes.
        redis.KeepAlive = 5;
    }
}
