using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>Giving up a subscription while a server that must know of it is away: all or nothing.</summary>
public sealed class GiveUpTests(SharedRabbitMq broker)
{
    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task A_give_up_that_is_refused_while_the_broker_is_away_leaves_the_member_in_the_room()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        (string, string)[] hasty = [("Chat:Groups:JoinTimeout", "00:00:02")];
        var alice = await system.StartClientAsync("alice", hasty);
        var bob = await system.StartClientAsync("bob", hasty);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await bob.Api.JoinGroupAsync("now", GroupMode.Transient);
        await alice.Api.JoinGroupAsync("now");
        foreach (var group in (string[])["chess", "now"])
        {
            await alice.Api.SayAsync(group, "hello");
            await bob.Api.UntilTextsAsync("bob", group, "alice", ["hello"]);
        }

        await own.StopAsync();
        foreach (var group in (string[])["chess", "now"])
        {
            var refusal = await ChatApi.RefusalAsync(() => bob.Api.GiveUpGroupAsync(group));
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
            Assert.True((await bob.Api.FindGroupAsync(group))!.IsJoined, $"bob is still in {group}");
            await alice.Api.SayAsync(group, "still here?");
        }

        // What he says meanwhile waits like everybody's, and he hears the others without doing anything.
        await bob.Api.SayAsync("chess", "still here");
        await own.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "still here?"], Recovery);
        await alice.Api.UntilTextsAsync("alice", "chess", "bob", ["still here"], Recovery);
        await alice.Api.UntilMembersAsync("chess", 2);
        await alice.Api.UntilMembersAsync("now", 2);

        // And now it can be given up.
        await bob.Api.GiveUpGroupAsync("chess");
        await alice.Api.UntilMembersAsync("chess", 1);
        Assert.Null(await bob.Api.FindGroupAsync("chess"));
    }

    [Fact]
    public async Task A_give_up_that_is_refused_while_the_name_server_is_away_leaves_the_member_in_the_room()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess");
        await alice.Api.SayAsync("chess", "hello");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);

        await system.Redis.KillAsync();
        var refusal = await ChatApi.RefusalAsync(() => bob.Api.GiveUpGroupAsync("chess"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        await alice.Api.SayAsync("chess", "still here?");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "still here?"]);

        await system.Redis.RestartAsync();
        await Until.True("bob can give it up", async () =>
        {
            await bob.Api.GiveUpGroupAsync("chess");
            return true;
        });
        await alice.Api.UntilMembersAsync("chess", 1);
    }
}
