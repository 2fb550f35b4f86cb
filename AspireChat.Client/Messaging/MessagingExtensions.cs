using System.Net.Security;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>Registers the connection to RabbitMQ.</summary>
public static class MessagingExtensions
{
    /// <summary>The name of the connection: in <c>ConnectionStrings</c>, among the health checks and the connection states.</summary>
    public const string ConnectionName = "rabbitmq";

    // The highest limit that RabbitMQ can be configured with (https://www.rabbitmq.com/docs/configure, max_message_size).
    private const uint LargestBody = 512 * 1024 * 1024;

    // The frame size to negotiate with a broker that would allow larger ones; RabbitMQ's own default.
    private const uint FrameMax = 128 * 1024;

    // No larger frame is read. A message's headers are in one frame, which the broker does not cut to the negotiated size: it
    // forwards what the publisher sent and adds to it at each redelivery. The library reads nested headers by recursion, and
    // the stack of this program's threads (AspireChat.Client.csproj) is large enough for frames up to this size.
    private const uint LargestFrame = 256 * 1024;

    /// <summary>Adds the connection to RabbitMQ and the services that its users share.</summary>
    public static IHostApplicationBuilder AddMessaging(this IHostApplicationBuilder builder)
    {
        CheckAddress(builder.Configuration.GetConnectionString(ConnectionName));
        builder.Services.AddOptionsWithValidateOnStart<BrokerOptions, BrokerOptionsValidator>()
            .BindConfiguration(BrokerOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<BrokerOptions>, BrokerNodesValidator>();

        // Only the factory is used: the connection that is registered with it lives forever, but this client reopens its own. A
        // publish carries messages of many traces, so the library's spans could only form separate traces.
        builder.AddRabbitMQClient(ConnectionName, settings => settings.DisableHealthChecks = settings.DisableTracing = true, factory =>
        {
            factory.AutomaticRecoveryEnabled = false;
            factory.TopologyRecoveryEnabled = false;
            factory.RequestedHeartbeat = TimeSpan.FromSeconds(10);
            factory.ContinuationTimeout = TimeSpan.FromSeconds(10);
            factory.RequestedConnectionTimeout = TimeSpan.FromSeconds(5);

            // A body above the library's limit ends the connection, again at each redelivery; this client refuses it and goes on.
            factory.MaxInboundMessageBodySize = LargestBody;

            factory.RequestedFrameMax = FrameMax;

            // For amqps the library accepts a certificate of any name; the holder of any valid one could steal the password.
            factory.Ssl.AcceptablePolicyErrors = SslPolicyErrors.None;

            var others = builder.Configuration[$"{BrokerOptions.Section}:{nameof(BrokerOptions.OtherNodes)}"] ?? "";
            factory.EndpointResolverFactory = own => new DefaultEndpointResolver(BrokerNodes.All(Bounded(own.Single()), others));
            factory.ClientProvidedName = $"AspireChat {builder.Configuration[$"{ChatOptions.Section}:{nameof(ChatOptions.Name)}"]}";
        });
        builder.Services.AddSingleton<BrokerConnection>();
        builder.Services.AddHostedService(services => services.GetRequiredService<BrokerConnection>());
        builder.Services.AddSingleton<RefusalLog>();
        builder.Services.AddSingleton<BatchReceiver>();
        builder.Services.AddHealthChecks().AddCheck<BrokerHealthCheck>(ConnectionName);
        return builder;
    }

    // The library checks each frame against the endpoint's "largest body", and each body against the factory's.
    private static AmqpTcpEndpoint Bounded(AmqpTcpEndpoint node) => new(node.HostName, node.Port, node.Ssl, LargestFrame);

    // The message does not repeat the address: it may hold a password.
    private static void CheckAddress(string? address)
    {
        if (!string.IsNullOrEmpty(address) && !(Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is "amqp" or "amqps"))
        {
            throw new ClientStartException(
                $"ConnectionStrings:{ConnectionName} is not one address such as amqp://user:password@localhost:5672 (amqps for TLS); "
                + $"further nodes of a cluster are named in {BrokerOptions.Section}:{nameof(BrokerOptions.OtherNodes)}.");
        }
    }
}
