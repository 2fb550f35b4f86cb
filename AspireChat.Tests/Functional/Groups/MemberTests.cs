using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class MemberTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_group_lists_who_is_in_its_room_by_name()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["bob", "alice", "carol"]);
        var (bob, alice, carol) = (system.Clients[0].Api, system.Clients[1].Api, system.Clients[2].Api);
        foreach (var api in (ChatApi[])[bob, carol, alice])
        {
            await api.JoinGroupAsync("chess");
        }

        await carol.LeaveGroupAsync("chess");

        // Not only for members.
        GroupMember[] both = [new("alice", IsOnline: true), new("bob", IsOnline: true)];
        Assert.Equal(both, await alice.MembersAsync("Chess"));
        Assert.Equal(both, await carol.MembersAsync("chess"));

        // The end of the last lease is not the end of a durable group.
        await alice.LeaveGroupAsync("chess");
        await bob.LeaveGroupAsync("chess");
        Assert.Empty(await alice.MembersAsync("chess"));

        var refusal = await ChatApi.RefusalAsync(() => alice.MembersAsync("go"));
        Assert.Equal((HttpStatusCode.NotFound, ChatFault.NotFound, "There is no group go."), (refusal.Status, refusal.Fault, refusal.Message));
    }

    [Fact]
    public async Task A_member_may_be_offline_and_what_is_no_name_is_no_member()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var alice = system.Clients[0].Api;
        await alice.JoinGroupAsync("chess");
        foreach (var (user, end) in new[] { ("bob", "9999999999999"), ("Eve\u001b[2J", "9999999999999"), ("dora", "1") })
        {
            await system.Redis.ExecuteAsync("ZADD", "chat:group:chess:active", end, user);
        }

        Assert.Equal([new GroupMember("alice", IsOnline: true), new GroupMember("bob", IsOnline: false)], await alice.MembersAsync("chess"));
    }

    [Fact]
    public async Task Members_are_not_known_while_Redis_is_away()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var alice = system.Clients[0].Api;
        await alice.JoinGroupAsync("chess");
        await system.Redis.KillAsync();

        var refusal = await ChatApi.RefusalAsync(() => alice.MembersAsync("chess"));

        Assert.Equal((HttpStatusCode.ServiceUnavailable, ChatFault.Unavailable), (refusal.Status, refusal.Fault));
        Assert.EndsWith("try again later.", refusal.Message, StringComparison.Ordinal);
    }
}
