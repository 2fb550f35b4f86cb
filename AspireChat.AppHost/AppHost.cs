using AspireChat.AppHost;
using AspireChat.AppHost.Clients;
using AspireChat.AppHost.Servers;
using AspireChat.AppHost.Settings;
using Microsoft.AspNetCore.Connections;

if (HostCommandLine.TryAnswer(args))
{
    return 0;
}

try
{
    // The system as a diagram: a name server, a broker, and one client per user.
    var builder = DistributedApplication.CreateBuilder(args);
    using var settings = HostSettings.Read(builder, args);

    // Redis: who is online, where, with which key. RabbitMQ: groups, discovery, insults.
    var redis = builder.AddNameServer("redis", settings);
    var rabbitmq = builder.AddBroker("rabbitmq", settings);

    // The clients find each other through Redis and then talk directly.
    foreach (var user in settings.Users)
    {
        builder.AddChatClient(user, redis, rabbitmq, settings);
    }

    // Guests wait to be started: in the dashboard, or by `aspire resource dora start`.
    foreach (var guest in settings.Guests)
    {
        builder.AddChatClient(guest, redis, rabbitmq, settings).WithExplicitStart();
    }

    await builder.Build().RunAsync();
    return 0;
}
catch (Exception e) when (e is HostException or IOException { InnerException: AddressInUseException })
{
    await Console.Error.WriteLineAsync(e is HostException ? e.Message : $"{e.Message} Is AspireChat already running?");
    return 1;
}
