using AspireChat.Client.Conversations;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>Registration of the capability.</summary>
public static class PeersExtensions
{
    /// <summary>Adds private chats: the peer port and the links to others.</summary>
    public static IHostApplicationBuilder AddPeers(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<PeerOptions, PeerOptionsValidator>().BindConfiguration(PeerOptions.Section);
        builder.Services.AddSingleton<IValidateOptions<PeerOptions>, PeerAddressValidator>();

        builder.Services.AddSingleton<PeerAdmission>();
        builder.Services.AddSingleton<PeerGreetingInterceptor>();
        builder.Services.AddSingleton<ChatRequests>();
        builder.Services.AddSingleton<IncomingStreams>();
        builder.Services.AddSingleton<PeerChatService>();
        builder.Services.AddSingleton<PeerDialer>();
        builder.Services.AddSingleton<PeerLinks>();
        builder.Services.AddSingleton(services => new PeerChats(
            services.GetRequiredService<PresenceDirectory>(),
            services.GetRequiredService<KnownPeers>(),
            services.GetRequiredService<PeerDialer>(),
            services.GetRequiredService<ChatRequests>(),
            services.GetRequiredService<IncomingStreams>(),
            services.GetRequiredService<PeerLinks>(),
            services.GetRequiredService<IOptions<ChatOptions>>(),
            services.GetRequiredService<IOptions<PeerOptions>>(),
            services.GetRequiredService<TimeProvider>()));

        builder.Services.AddHostedService<PeerHost>();
        builder.Services.AddHostedService(services => services.GetRequiredService<PeerLinks>());
        return builder;
    }
}
