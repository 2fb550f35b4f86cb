using AspireChat.Client;
using AspireChat.Client.Api;
using AspireChat.Client.Conversations;
using AspireChat.Client.Discovery;
using AspireChat.Client.Groups;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Insults;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using AspireChat.Client.Peers;
using AspireChat.Client.Terminal;
using AspireChat.ServiceDefaults;

return await CommandLine.RunAsync(args, async () =>
{
    var builder = CommandLine.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddConversations().AddIdentity().AddHistory().AddPeers().AddNames();
    builder.AddMessaging().AddGroups().AddDiscovery().AddInsults();
    builder.AddApi();
    builder.AddTerminal();

    var app = builder.Build();
    app.MapDefaultEndpoints();
    app.MapApi();
    return await app.RunChatAsync();
});
