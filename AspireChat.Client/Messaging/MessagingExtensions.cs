using AspireChat.Client.Conversations;

namespace AspireChat.Client.Messaging;

/// <summary>Registration of the capability.</summary>
public static class MessagingExtensions
{
    /// <summary>The name of the connection: in <c>ConnectionStrings</c>, among the health checks and the connection states.</summary>
    public const string ConnectionName = "rabbitmq";

    // What RabbitMQ can be told to allow at most (https://www.rabbitmq.com/docs/configure, max_message_size).
    private const uint LargestBody = 512 * 1024 * 1024;

    /// <summary>Adds the connection to RabbitMQ and what all its users share.</summary>
    public static IHostApplicationBuilder AddMessaging(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<BrokerOptions, BrokerOptionsValidator>()
            .BindConfiguration(BrokerOptions.Section);

        // Only the factory is used: the connection it registers beside it lives for ever, and ours is made again.
        builder.AddRabbitMQClient(ConnectionName, settings => settings.DisableHealthChecks = true, factory =>
        {
            factory.AutomaticRecoveryEnabled = false;
            factory.TopologyRecoveryEnabled = false;
            factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
            factory.ContinuationTimeout = TimeSpan.FromSeconds(10);
            factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(5);

            // A body above the library's limit ends the connection, again at each redelivery; ours refuses it and goes on.
            factory.MaxInboundMessageBodySize = LargestBody;
            factory.ClientProvidedName = $"AspireChat {builder.Configuration[$"{ChatOptions.Section}:{nameof(ChatOptions.Name)}"]}";
        });
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BrokerConnection>());
        builder.Services.AddSingleton<BatchReceiver>();
        builder.Services.AddHealthChecks().AddCheck<BrokerHealthCheck>(ConnectionName);
        return builder;
    }
}
