using AspireChat.Client.Chat;
using AspireChat.Client.Groups.Channels;
using AspireChat.Client.Groups.Logs;
using AspireChat.Client.Groups.Queues;

namespace AspireChat.Client.Groups;

/// <summary>Registers the groups.</summary>
public static class GroupsExtensions
{
    /// <summary>Adds groups: membership at the name server, and one transport for each mode.</summary>
    public static IHostApplicationBuilder AddGroups(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<GroupOptions, GroupOptionsValidator>()
            .BindConfiguration(GroupOptions.Section);
        builder.Services.AddSingleton<GroupMembership>();
        builder.Services.AddSingleton<GroupBroker>();
        builder.Services.AddSingleton<GroupQueues>();
        builder.Services.AddSingleton<RedisLog>();
        builder.Services.AddSingleton<LogNotices>();
        builder.Services.AddSingleton<IGroupTransport, DurableQueues>();
        builder.Services.AddSingleton<IGroupTransport, TransientQueues>();
        builder.Services.AddSingleton<IGroupTransport, StreamGroups>();
        builder.Services.AddSingleton<IGroupTransport, RedisLogGroups>();
        builder.Services.AddSingleton<IGroupTransport, RedisChannels>();
        builder.Services.AddSingleton<GroupRooms>();
        builder.Services.AddHostedService(services => services.GetRequiredService<GroupRooms>());
        builder.Services.AddSingleton<JoinedGroups>(services => () => services.GetRequiredService<GroupRooms>().Joined);
        return builder;
    }
}
