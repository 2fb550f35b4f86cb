using System.Globalization;
using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Servers;

/// <summary>Adds RabbitMQ, which carries groups, discovery and insults.</summary>
internal static class Broker
{
    private const string ManagementEndpoint = "management";

    /// <summary>Adds RabbitMQ: a container, a program of this machine, or the user's own (<c>ConnectionStrings:rabbitmq</c>).</summary>
    /// <param name="builder">The diagram.</param>
    /// <param name="name">The name of the resource and its connection string.</param>
    /// <param name="settings">The settings, with the backend and the data folder.</param>
    /// <exception cref="HostException">This machine does not have the chosen backend.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddBroker(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, HostSettings settings) =>
        Backends.Choose(settings.Backend) switch
        {
            Backend.Container => builder.AddRabbitMQ(name).WithDataVolume().WithSmallFrames().WithManagementPlugin().WithManagementLink(),
            Backend.Local => builder.AddLocalRabbitMQ(name, settings.Data),
            _ => builder.AddExternalServer(name),
        };

    // The same limit as for the local program. The image's own configuration stays unchanged.
    private static IResourceBuilder<RabbitMQServerResource> WithSmallFrames(this IResourceBuilder<RabbitMQServerResource> rabbitMq) =>
        rabbitMq.WithEnvironment(
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS", string.Create(CultureInfo.InvariantCulture, $"-rabbit frame_max {LocalRabbitMq.FrameMax}"));

    /// <summary>Names the link to RabbitMQ's management pages.</summary>
    public static IResourceBuilder<T> WithManagementLink<T>(this IResourceBuilder<T> rabbitMq)
        where T : IResource =>
        rabbitMq.WithUrlForEndpoint(ManagementEndpoint, url => url.DisplayText = "RabbitMQ management");
}
