using AspireChat.AppHost.Local;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.AppHost.Aspire;

/// <summary>Redis and RabbitMQ for the diagram where no container runtime runs.</summary>
internal static class LocalServers
{
    /// <summary>Adds a redis-server of this machine.</summary>
    public static IResourceBuilder<LocalServerResource> AddLocalRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, HostSetup setup)
    {
        var redis = setup.PrepareRedis();
        return builder.AddResource(new LocalServerResource(name, redis.Program, redis.ConnectionString))
            .WithProgram(redis.Program, redis.IsReadyAsync)
            .WithEndpoint(port: redis.Port, name: "tcp", scheme: "tcp", isProxied: false)
            .WithUrlForEndpoint("tcp", url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
            .WithIconName("Database");
    }

    /// <summary>Adds a rabbitmq-server of this machine, and Erlang's port mapper, which it needs.</summary>
    public static IResourceBuilder<LocalServerResource> AddLocalRabbitMQ(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, HostSetup setup)
    {
        var rabbitMq = setup.PrepareRabbitMq();
        var server = builder.AddResource(new LocalServerResource(name, rabbitMq.Program, rabbitMq.ConnectionString));
        var portMapper = builder.AddExecutable("epmd", rabbitMq.PortMapper.FileName, rabbitMq.PortMapper.WorkingDirectory)
            .WithProgram(rabbitMq.PortMapper, rabbitMq.IsPortMapperReadyAsync)
            .WithIconName("Directory")
            .WithParentRelationship(server);
        server
            .WithProgram(rabbitMq.Program, rabbitMq.IsReadyAsync)
            .WithEndpoint(port: rabbitMq.Port, name: "tcp", scheme: "tcp", isProxied: false)
            .WithUrlForEndpoint("tcp", url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
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
