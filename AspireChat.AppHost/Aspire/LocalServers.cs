using AspireChat.AppHost.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.AppHost.Aspire;

/// <summary>Redis and RabbitMQ for the diagram where no container runtime runs.</summary>
internal static class LocalServers
{
    /// <summary>Adds a redis-server of this machine, with its data in the data folder.</summary>
    public static IResourceBuilder<LocalRedisResource> AddLocalRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, HostSetup setup)
    {
        var redis = setup.PrepareRedis();
        return builder.AddResource(new LocalRedisResource(name, redis, builder.AddPassword(name, redis.Password)))
            .WithProgram(redis.Program, redis.IsReadyAsync)
            .WithServerEndpoint(redis.Port)
            .WithKillCommand()
            .WithIconName("Database");
    }

    /// <summary>Adds a rabbitmq-server of this machine, with its data in the data folder, and Erlang's port mapper, which it needs.</summary>
    public static IResourceBuilder<LocalRabbitMqResource> AddLocalRabbitMQ(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, HostSetup setup)
    {
        var rabbitMq = setup.PrepareRabbitMq();
        var server = builder.AddResource(new LocalRabbitMqResource(name, rabbitMq, builder.AddPassword(name, rabbitMq.Password)));
        var portMapper = builder.AddExecutable("epmd", rabbitMq.PortMapper.FileName, rabbitMq.PortMapper.WorkingDirectory)
            .WithProgram(rabbitMq.PortMapper, rabbitMq.IsPortMapperReadyAsync)
            .WithIconName("PlugConnected")
            .WithParentRelationship(server);
        server
            .WithProgram(rabbitMq.Program, rabbitMq.IsReadyAsync)
            .WithServerEndpoint(rabbitMq.Port)
            .WithKillCommand()
            .WithIconName("MailMultiple")
            .WaitFor(portMapper);
        if (rabbitMq.ManagementPort is { } managementPort)
        {
            server
                .WithHttpEndpoint(port: managementPort, name: "management", isProxied: false)
                .WithUrlForEndpoint("management", url => url.DisplayText = "RabbitMQ management");
        }

        return server;
    }

    // The data folder keeps it, since the server's data belong to it.
    private static ParameterResource AddPassword(this IDistributedApplicationBuilder builder, string server, string password) =>
        builder.AddParameter($"{server}-password", () => password, secret: true).Resource;

    // Both listen on a port of their own choice; nothing stands between them and the clients.
    private static IResourceBuilder<T> WithServerEndpoint<T>(this IResourceBuilder<T> builder, int port)
        where T : LocalServerResource => builder
        .WithEndpoint(port: port, name: LocalServerResource.EndpointName, scheme: "tcp", isProxied: false)
        .WithUrlForEndpoint(LocalServerResource.EndpointName, url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly);

    private static IResourceBuilder<T> WithProgram<T>(
        this IResourceBuilder<T> builder, LocalProgram program, Func<CancellationToken, Task<bool>> isReady)
        where T : ExecutableResource
    {
        var check = $"{program.Name}_ready";
        builder.ApplicationBuilder.Services.AddHealthChecks().AddAsyncCheck(check, async cancellationToken =>
            await isReady(cancellationToken)
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Unhealthy($"{program.Name} does not answer."));
        foreach (var (variable, value) in program.Environment)
        {
            builder.WithEnvironment(variable, value);
        }

        return builder.WithArgs([.. program.Arguments]).WithHealthCheck(check);
    }
}
