using AspireChat.Client.Conversations;
using AspireChat.Client.Identity;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Names;

/// <summary>Registration of the capability.</summary>
public static class NamesExtensions
{
    /// <summary>The name of the connection: in <c>ConnectionStrings</c>, among the health checks and the connection states.</summary>
    public const string ConnectionName = "redis";

    /// <summary>Adds the name server, and the service that keeps this client registered there.</summary>
    public static IHostApplicationBuilder AddNames(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<NameServerOptions, NameServerOptionsValidator>()
            .BindConfiguration(NameServerOptions.Section);

        builder.Services.AddSingleton<IValidateOptions<ChatOptions>, AdvertisedHostValidator>();
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
        builder.Services.TryAddSingleton<StartFailure>();
        builder.Services.AddSingleton(services => new RedisConnection(
            services.GetRequiredService<IConnectionMultiplexer>,
            services.GetRequiredService<IOptions<NameServerOptions>>(),
            services.GetRequiredService<TimeProvider>()));
        builder.Services.AddSingleton<PresenceDirectory>();
        builder.Services.AddSingleton<FirstRegistration>();
        builder.Services.AddSingleton<NameTrust>();
        builder.Services.AddHostedService<PresenceHeartbeatService>();
        builder.Services.AddHealthChecks().AddCheck<RedisHealthCheck>(ConnectionName);
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
