using AspireChat.Client.Chat;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Identity;

/// <summary>Registers this user's identity.</summary>
public static class IdentityExtensions
{
    /// <summary>Adds this user's key and the locked data directory that holds it.</summary>
    public static IHostApplicationBuilder AddIdentity(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(services =>
        {
            var options = services.GetRequiredService<IOptions<ChatOptions>>().Value;
            var user = ChatName.Parse(options.Name);
            return DataDirectory.Open(options.DataDirectory is "" ? DataDirectory.DefaultFor(user) : options.DataDirectory);
        });
        builder.Services.AddSingleton<DataFile>(services => services.GetRequiredService<DataDirectory>().File);
        builder.Services.AddSingleton(services => PeerIdentity.LoadOrCreate(
            services.GetRequiredService<DataDirectory>(),
            ChatName.Parse(services.GetRequiredService<IOptions<ChatOptions>>().Value.Name)));
        return builder;
    }
}
