using AspireChat.AppHost.Aspire;

// The system as a diagram: a name server, a broker, and one client per user.
var builder = DistributedApplication.CreateBuilder(args);
using var setup = HostSetup.Prepare(builder, args);
if (setup is null)
{
    return 1; // It said why.
}

// Redis: who is online, where, with which key.
IResourceBuilder<IResourceWithConnectionString> redis = setup.UsesContainers
    ? builder.AddRedis("redis")
        .WithDataVolume()
        .WithAppendOnlyFile()
    : builder.AddLocalRedis("redis", setup);

// RabbitMQ: groups, discovery, insults, mailboxes.
IResourceBuilder<IResourceWithConnectionString> rabbitmq = setup.UsesContainers
    ? builder.AddRabbitMQ("rabbitmq")
        .WithDataVolume()
        .WithManagementPlugin()
        .WithUrlForEndpoint("management", url => url.DisplayText = "RabbitMQ management")
    : builder.AddLocalRabbitMQ("rabbitmq", setup);

// The clients. They find one another through Redis and then talk directly.
foreach (var (user, name) in setup.Users)
{
    var token = builder.AddParameter(
        $"{name}-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true, persist: true);

    builder.AddProject<Projects.AspireChat_Client>(name)
        .WithArgs("--name", user)
        .WithReference(redis).WaitFor(redis)
        .WithReference(rabbitmq).WaitFor(rabbitmq)
        .WithEnvironment("Chat__ApiToken", token)
        .WithDataDirectory(user, setup)
        .WithHttpEndpoint()
        .WithHttpHealthCheck("/health")
        .WithUrlForEndpoint("http", url => url.DisplayText = $"{user}'s client");
}

await builder.Build().RunAsync();
return 0;
