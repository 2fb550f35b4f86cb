// Compiled into the client only where Aspire.StackExchange.Redis and Aspire.RabbitMQ.Client cannot be restored: the
// part of their registration verbs that the client uses, with the same signatures and defaults, over the plain
// libraries. What the real ones add (their own health checks and tracing) the client switches off or does without.
// Model: https://github.com/microsoft/aspire, src/Components, branch release/13.5.

using Aspire.RabbitMQ.Client;
using Aspire.StackExchange.Redis;
using RabbitMQ.Client;
using StackExchange.Redis;

namespace Aspire.StackExchange.Redis
{
    /// <summary>How to connect to Redis.</summary>
    public sealed class StackExchangeRedisSettings
    {
        /// <summary>StackExchange.Redis's comma-separated form; <c>ConnectionStrings:{name}</c> unless set.</summary>
        public string? ConnectionString { get; set; }

        /// <summary>Kept for the real one, which adds a health check; there is none here.</summary>
        public bool DisableHealthChecks { get; set; }

        /// <summary>Kept for the real one, which adds tracing; there is none here.</summary>
        public bool DisableTracing { get; set; }

        /// <summary>Kept for the real one; the connection here is always made at first use.</summary>
        public bool DisableAutoActivation { get; set; } = true;
    }
}

namespace Aspire.RabbitMQ.Client
{
    /// <summary>How to connect to RabbitMQ.</summary>
    public sealed class RabbitMQClientSettings
    {
        /// <summary>An <c>amqp://</c> address; <c>ConnectionStrings:{name}</c> unless set.</summary>
        public string? ConnectionString { get; set; }

        /// <summary>Kept for the real one, which can make the connection itself.</summary>
        public int MaxConnectRetryCount { get; set; } = 5;

        /// <summary>Kept for the real one, which adds a health check; there is none here.</summary>
        public bool DisableHealthChecks { get; set; }

        /// <summary>Kept for the real one, which adds tracing; there is none here.</summary>
        public bool DisableTracing { get; set; }

        /// <summary>Kept for the real one, which can make the connection itself.</summary>
        public bool DisableAutoActivation { get; set; } = true;
    }
}

namespace Microsoft.Extensions.Hosting
{
    /// <summary>Registration of the Redis client.</summary>
    public static class AspireRedisExtensions
    {
        /// <summary>Registers <see cref="IConnectionMultiplexer"/> as a singleton that connects at first use.</summary>
        /// <param name="builder">The application.</param>
        /// <param name="connectionName">Its name in the section <c>ConnectionStrings</c>.</param>
        /// <param name="configureSettings">Called after the settings were read.</param>
        /// <param name="configureOptions">Called after the connection string was read.</param>
        public static void AddRedisClient(
            this IHostApplicationBuilder builder,
            string connectionName,
            Action<StackExchangeRedisSettings>? configureSettings = null,
            Action<ConfigurationOptions>? configureOptions = null)
        {
            var settings = new StackExchangeRedisSettings
            {
                ConnectionString = builder.Configuration.GetConnectionString(connectionName),
            };
            configureSettings?.Invoke(settings);

            builder.Services.AddSingleton<IConnectionMultiplexer>(_ =>
            {
                if (string.IsNullOrEmpty(settings.ConnectionString))
                {
                    throw new InvalidOperationException($"ConnectionStrings:{connectionName} is not set.");
                }

                // The default of the real one too: keep trying, at the start as later.
                var options = ConfigurationOptions.Parse(settings.ConnectionString);
                options.AbortOnConnectFail = false;
                configureOptions?.Invoke(options);
                return ConnectionMultiplexer.Connect(options);
            });
        }
    }

    /// <summary>Registration of the RabbitMQ client.</summary>
    public static class AspireRabbitMQExtensions
    {
        /// <summary>
        /// Registers <see cref="IConnectionFactory"/> as a singleton. The real one also registers one connection for
        /// the whole process, which the client does not use.
        /// </summary>
        /// <param name="builder">The application.</param>
        /// <param name="connectionName">Its name in the section <c>ConnectionStrings</c>.</param>
        /// <param name="configureSettings">Called after the settings were read.</param>
        /// <param name="configureConnectionFactory">Called after the connection string was read.</param>
        public static void AddRabbitMQClient(
            this IHostApplicationBuilder builder,
            string connectionName,
            Action<RabbitMQClientSettings>? configureSettings = null,
            Action<ConnectionFactory>? configureConnectionFactory = null)
        {
            var settings = new RabbitMQClientSettings
            {
                ConnectionString = builder.Configuration.GetConnectionString(connectionName),
            };
            configureSettings?.Invoke(settings);

            builder.Services.AddSingleton<IConnectionFactory>(_ =>
            {
                var factory = new ConnectionFactory();
                if (!string.IsNullOrEmpty(settings.ConnectionString))
                {
                    factory.Uri = new Uri(settings.ConnectionString);
                }

                configureConnectionFactory?.Invoke(factory);
                return factory;
            });
        }
    }
}
