using AspireChat.Client.Conversations;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Identity;

/// <summary>Registration of the capability.</summary>
public static class IdentityExtensions
{
    /// <summary>Adds the own identity, the locked data directory and the pinned keys of others.</summary>
    public static IHostApplicationBuilder AddIdentity(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptions<ChatOptions>>().Value;
            var user = ChatName.Parse(options.Name);
            return DataDirectory.Open(options.DataDirectory is "" ? DataDirectory.DefaultFor(user) : options.DataDirectory);
        });
        builder.Services.AddSingleton(services => PeerIdentity.LoadOrCreate(
            services.GetRequiredService<DataDirectory>(),
            ChatName.Parse(services.GetRequiredService<IOptions<ChatOptions>>().Value.Name)));
        builder.Services.AddSingleton(services =>
        {
            var self = new LocalPeer(
                ChatName.Parse(services.GetRequiredService<IOptions<ChatOptions>>().Value.Name),
                services.GetRequiredService<PeerIdentity>());

            // Until this process is registered it introduces itself as the one before it, whom acquaintances know.
            if (services.GetRequiredService<KnownPeers>().Find(self.Name) is { } before && before.Fingerprint == self.Identity.Fingerprint)
            {
                self.Epoch = before.Epoch;
            }

            return self;
        });
        builder.Services.AddSingleton<KnownPeers>();
        return builder;
    }
}
