using AspireChat.Client.Api;
using AspireChat.Client.Discovery;
using AspireChat.Client.Groups;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Insults;
using AspireChat.Client.Mailbox;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using AspireChat.Client.Page;
using AspireChat.Client.Peers;
using AspireChat.Client.Redis;
using AspireChat.Client.Session;
using AspireChat.Client.Terminal;
using AspireChat.Client.Window;
using AspireChat.ServiceDefaults;

namespace AspireChat.Client;

/// <summary>Assembles a client from its capabilities and the front ends over them.</summary>
internal static class ClientApp
{
    /// <summary>Builds a client. One process may run several, each with its own data directory and no terminal.</summary>
    /// <param name="args">The arguments of <see cref="CommandLine"/>.</param>
    public static WebApplication Build(string[] args)
    {
        var builder = CommandLine.CreateBuilder(args);
        builder.AddServiceDefaults();
        builder.AddSession().AddIdentity().AddHistory().AddRedis().AddMessaging().AddMailbox();
        builder.AddPeers().AddNames().AddGroups().AddDiscovery().AddInsults();
        builder.AddWindow();
        builder.AddApi();
        builder.AddPage();
        builder.AddTerminal();

        var app = builder.Build();
        app.MapDefaultEndpoints();
        app.MapApi();
        app.MapPage();
        return app;
    }
}
