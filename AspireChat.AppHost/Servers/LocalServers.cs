using System.Net;
using System.Net.Sockets;
using AspireChat.AppHost.Faults;
using AspireChat.AppHost.Settings;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using RabbitMQ.Client;

namespace AspireChat.AppHost.Servers;

/// <summary>Adds Redis and RabbitMQ as programs of this machine.</summary>
internal static class LocalServers
{
    /// <summary>Adds a redis-server of this machine, with its data in the data folder.</summary>
    /// <exception cref="HostException">redis-server is not installed.</exception>
    public static IResourceBuilder<LocalServerResource> AddLocalRedis(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, DataFolder data)
    {
        var redis = LocalRedis.Prepare(data, new LoopbackPorts());
        var server = builder.AddServer(new LocalRedisResource(name, redis, builder.AddPassword(name, redis.Password)), redis.Program, redis.Port)
            .WithIconName("Database");

        // The same check as Aspire's own Redis resource has.
        var check = $"{name}_check";
        builder.Services.AddHealthChecks().AddRedis(_ => server.Resource.ConnectionString, check);
        return server.WithHealthCheck(check);
    }

    /// <summary>
    /// Adds a rabbitmq-server of this machine, with its data in the data folder, and the Erlang port mapper that it needs.
    /// </summary>
    /// <exception cref="HostException">rabbitmq-server or Erlang's epmd is not installed.</exception>
    public static IResourceBuilder<LocalServerResource> AddLocalRabbitMQ(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, DataFolder data)
    {
        var rabbitMq = LocalRabbitMq.Prepare(data, new LoopbackPorts());
        var server = builder
            .AddServer(new LocalRabbitMqResource(name, rabbitMq, builder.AddPassword(name, rabbitMq.Password)), rabbitMq.Program, rabbitMq.Port)
            .WithIconName("MailMultiple");
        var portMapper = builder.AddPortMapper(rabbitMq).WithParentRelationship(server);
        server.WaitFor(portMapper);
        if (rabbitMq.ManagementPort is { } managementPort)
        {
            server.WithHttpEndpoint(port: managementPort, name: "management", isProxied: false).WithManagementLink();
        }

        // The same check as Aspire's own RabbitMQ resource has: one connection, opened at the first check and restored by the library.
        var check = $"{name}_check";
        IConnection? connection = null;
        builder.Services.AddHealthChecks().AddRabbitMQ(
            async _ => connection ??= await new ConnectionFactory { Uri = new Uri(server.Resource.ConnectionString) }.CreateConnectionAsync(),
            check);
        return server.WithHealthCheck(check);
    }

    // A port mapper started by RabbitMQ itself would outlive it. This one must listen before RabbitMQ looks for one.
    private static IResourceBuilder<ExecutableResource> AddPortMapper(this IDistributedApplicationBuilder builder, LocalRabbitMq rabbitMq)
    {
        const string Name = "epmd", Check = $"{Name}_check";
        builder.Services.AddHealthChecks().AddAsyncCheck(Check, async cancellationToken =>
        {
            try
            {
                using var client = new TcpClient();
                await client.ConnectAsync(IPAddress.Loopback, rabbitMq.PortMapperPort, cancellationToken);
                return HealthCheckResult.Healthy();
            }
            catch (SocketException e)
            {
                return HealthCheckResult.Unhealthy($"{Name} does not listen.", e);
            }
        });
        return builder.AddExecutable(Name, rabbitMq.PortMapper.FileName, rabbitMq.PortMapper.WorkingDirectory)
            .WithProgram(rabbitMq.PortMapper)
            .WithHealthCheck(Check)
            .WithIconName("PlugConnected");
    }

    // The server listens on the chosen port itself, without a proxy before it.
    private static IResourceBuilder<LocalServerResource> AddServer(
        this IDistributedApplicationBuilder builder, LocalServerResource resource, LocalProgram program, int port) =>
        builder.AddResource(resource)
            .WithProgram(program)
            .WithEndpoint(port: port, name: LocalServerResource.EndpointName, scheme: "tcp", isProxied: false)
            .WithUrlForEndpoint(LocalServerResource.EndpointName, url => url.DisplayLocation = UrlDisplayLocation.DetailsOnly)
            .WithKillCommand();

    private static IResourceBuilder<T> WithProgram<T>(this IResourceBuilder<T> builder, LocalProgram program)
        where T : ExecutableResource
    {
        foreach (var (variable, value) in program.Environment)
        {
            builder.WithEnvironment(variable, value);
        }

        return builder.WithArgs([.. program.Arguments]);
    }

    // The data folder keeps the password, since the server's data depend on it.
    private static ParameterResource AddPassword(this IDistributedApplicationBuilder builder, string server, string password) =>
        builder.AddParameter($"{server}-password", () => password, secret: true).Resource;
}
