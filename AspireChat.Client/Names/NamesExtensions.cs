using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Redis;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>Registers the client's side of the name server.</summary>
public static class NamesExtensions
{
    /// <summary>Adds the name server, and the service that keeps this client registered there.</summary>
    public static IHostApplicationBuilder AddNames(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<NameServerOptions, NameServerOptionsValidator>()
            .BindConfiguration(NameServerOptions.Section);

        builder.Services.AddSingleton<IValidateOptions<ChatOptions>, AdvertisedHostValidator>();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<StartFailure>();
        builder.Services.AddSingleton(Introduce);
        builder.Services.AddSingleton<PresenceDirectory>();
        builder.Services.AddSingleton<FirstRegistration>();
        builder.Services.AddSingleton<NameTrust>();
        builder.Services.AddSingleton<UserArrivals>();
        builder.Services.AddSingleton<OnlineUsers>();
        builder.Services.AddHostedService<PresenceHeartbeatService>();
        builder.Services.AddHealthChecks().AddCheck<RegistrationHealthCheck>(RedisExtensions.ConnectionName);
        return builder;
    }

    // Until this process is registered, it introduces itself with the epoch of its predecessor, which its peers know.
    private static LocalPeer Introduce(IServiceProvider services)
    {
        var self = new LocalPeer(
            ChatName.Parse(services.GetRequiredService<IOptions<ChatOptions>>().Value.Name),
            services.GetRequiredService<PeerIdentity>());
        if (services.GetRequiredService<KnownPeers>().Find(self.Name) is { } before && before.Fingerprint == self.Identity.Fingerprint)
        {
            self.Epoch = before.Epoch;
        }

        return self;
    }
}
