using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class AbsenceTests(SharedRabbitMq broker)
{
    private static readonly (string, string)[] ShortLease = [("Chat:Groups:Lease", "00:00:02")];

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_returning_member_receives_everything_said_in_a_durable_group(bool isKilled)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice", ShortLease);
        var bob = await system.StartProgramAsync("bob", ShortLease);
        foreach (var client in (ChatClientProcess[])[alice, bob])
        {
            await client.Api.JoinGroupAsync("chess", GroupMode.Durable);
            await client.Api.JoinGroupAsync("now", GroupMode.Transient);
        }

        await alice.Api.SayAsync("chess", "before");
        await alice.Api.SayAsync("now", "before");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["before"]);
        await bob.Api.UntilTextsAsync("bob", "now", "alice", ["before"]);

        if (isKilled)
        {
            await bob.KillAsync();
        }
        else
        {
            Assert.Equal(0, await bob.TerminateAsync());
        }

        // Leaving in order ends his membership at once; after a crash it ends with the lease.
        await alice.Api.UntilMembersAsync("chess", 1);
        await alice.Api.UntilMembersAsync("now", 1);
        string[] meanwhile = [.. Enumerable.Range(0, 150).Select(i => $"{i}")];
        await alice.Api.SayAsync("chess", meanwhile);
        await alice.Api.SayAsync("now", meanwhile);
        await UntilAllAsync(alice, "chess", MessageState.Confirmed);
        await UntilAllAsync(alice, "now", MessageState.Sent);

        // Bob is back but not in the room: the group is listed with its mode, and no message comes.
        await bob.RestartAsync();
        Assert.Equal([new GroupSummary("chess", GroupMode.Durable, 1, false, Unread: 1)], await bob.Api.GroupsAsync());
        Assert.Equal(["before"], await bob.Api.TextsAsync("chess"));

        await using var atBob = await bob.WatchAsync();

        // He now receives what was said meanwhile, and it counts as unread.
        Assert.Equal(new GroupSummary("chess", GroupMode.Durable, 2, true, Unread: 0), (await bob.Api.JoinGroupAsync("chess")) with { Unread = 0 });
        Assert.Equal(new GroupSummary("now", GroupMode.Transient, 2, true, Unread: 1), await bob.Api.JoinGroupAsync("now"));
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["before", .. meanwhile]);
        await alice.Api.SayAsync("chess", "after");
        await alice.Api.SayAsync("now", "after");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["before", .. meanwhile, "after"]);
        await bob.Api.UntilTextsAsync("bob", "now", "alice", ["before", "after"]);

        // A transient group promised nothing, so nothing is missing.
        Assert.All(await bob.Api.GroupMessagesAsync("now"), message => Assert.Equal(0, message.Missing));
        await atBob.UntilToldAsync("chess", "alice", [.. meanwhile, "after"]);
        await atBob.UntilToldAsync("now", "alice", ["after"]);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task Messages_unconfirmed_before_a_crash_are_sent_after_the_user_rejoins()
    {
        // While the broker is frozen, the messages stay in the outbox.
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.JoinGroupAsync("chess");
        await bob.Api.JoinGroupAsync("chess");
        own.Pause();
        await alice.Api.SayAsync("chess", "one", "two", "three");
        await alice.KillAsync();
        own.Resume();

        await alice.RestartAsync();
        Assert.Equal([MessageState.Sending, MessageState.Sending, MessageState.Sending], (await alice.Api.GroupMessagesAsync("chess")).Select(m => m.State));
        await alice.Api.JoinGroupAsync("chess");
        await UntilAllAsync(alice, "chess", MessageState.Confirmed);

        // Some may have been sent before the crash and are sent again; each is still shown once.
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["one", "two", "three"]);
    }

    private static Task UntilAllAsync(ChatClientProcess client, string group, MessageState state) => Until.True(
        $"all messages of {client.Name} in {group} are {state}",
        async () => (await client.Api.GroupMessagesAsync(group)).All(m => m.State == state));
}
