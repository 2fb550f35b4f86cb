using AspireChat.AppHost.Aspire;
using AspireChat.AppHost.Local;

// The system as a diagram: a name server, a broker, and one client per user.
var builder = DistributedApplication.CreateBuilder(args);
using var setup = HostSetup.Prepare(builder, args);
if (setup is null)
{
    return 1; // It said why.
}

// Redis: who is online, where, with which key.
IResourceBuilder<IResourceWithConnectionString> redis = setup.Backends switch
{
    Backends.Container => builder.AddRedis("redis").WithDataVolume(setup.VolumeName("redis")).WithAppendOnlyFile(),
    Backends.Local => builder.AddLocalRedis("redis", setup),
    _ => builder.AddConnectionString("redis"),
};

// RabbitMQ: groups, discovery, insults.
IResourceBuilder<IResourceWithConnectionString> rabbitmq = setup.Backends switch
{
    Backends.Container => builder.AddRabbitMQ("rabbitmq").WithDataVolume(setup.VolumeName("rabbitmq")).WithManagementPages(),
    Backends.Local => builder.AddLocalRabbitMQ("rabbitmq", setup),
    _ => builder.AddConnectionString("rabbitmq"),
};

// The clients. They find one another through Redis and then talk directly.
foreach (var user in setup.Users)
{
    builder.AddChatClient(user, redis, rabbitmq, setup);
}

// Guests come when somebody starts them: in the dashboard, or by `aspire resource dora start`.
foreach (var guest in setup.Guests)
{
    builder.AddChatClient(guest, redis, rabbitmq, setup).WithExplicitStart();
}

// What `aspire publish` writes, and `aspire deploy` runs.
builder.AddComposeFile();

await builder.Build().RunAsync();
return 0;
