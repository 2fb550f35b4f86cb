using AspireChat.Client.Chat;
namespace AspireChat.Client.Groups;

/// <summary>Registration of the capability.</summary>
public static class GroupsExtensions
{
    /// <summary>Adds groups: membership at the name server, and fanout through the broker.</summary>
    public static IHostApplicationBuilder AddGroups(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<GroupOptions, GroupOptionsValidator>()
            .BindConfiguration(GroupOptions.Section);
        builder.Services.AddSingleton<GroupMembership>();
        builder.Services.AddSingleton<FanoutTopology>();
        builder.Services.AddSingleton<GroupRooms>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GroupRooms>());
        builder.Services.AddSingleton<JoinedGroups>(services => () => services.GetRequiredService<GroupRooms>().Joined);
        return builder;
    }
}
