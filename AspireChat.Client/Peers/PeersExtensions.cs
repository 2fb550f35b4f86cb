using AspireChat.Client.Names;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Registers the private chats.</summary>
public static class PeersExtensions
{
    /// <summary>Adds private chats: the peer port and the links to peers.</summary>
    public static IHostApplicationBuilder AddPeers(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<PeerOptions, PeerOptionsValidator>()
            .BindConfiguration(PeerOptions.Section)
            .PostConfigure<IOptions<NameServerOptions>>((peer, names) => peer.AwayAfter ??= names.Value.Lease);
        builder.Services.AddSingleton<IValidateOptions<PeerOptions>, PeerAddressValidator>();

        builder.Services.AddSingleton<PeerGateLog>();
        builder.Services.AddSingleton<PeerGate>();
        builder.Services.AddSingleton<PeerGreetingInterceptor>();
        builder.Services.AddSingleton<RequestQuota>();
        builder.Services.AddSingleton<ChatRequests>();
        builder.Services.AddSingleton<ChatOpening>();
        builder.Services.AddSingleton<DeliveryQuota>();
        builder.Services.AddSingleton<ReadReceipts>();
        builder.Services.AddSingleton<IncomingStreams>();
        builder.Services.AddSingleton<PeerChatService>();
        builder.Services.AddSingleton<AddressAttempts>();
        builder.Services.AddSingleton<PeerTransport>();
        builder.Services.AddSingleton<PeerDialer>();
        builder.Services.AddSingleton<LetterSender>();
        builder.Services.AddSingleton<PeerLinks>();
        builder.Services.AddSingleton<LetterInbox>();
        builder.Services.AddSingleton<PeerChats>();

        builder.Services.AddHostedService<PeerHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PeerLinks>());
        builder.Services.AddHostedService(services => services.GetRequiredService<LetterInbox>());
        return builder;
    }
}
