using System.Collections.Concurrent;
using System.Net;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>A broker that starts late, dies or freezes; and groups while the name server is away.</summary>
public sealed class BrokerFaultTests(SharedRabbitMq broker)
{
    private const string Lost = "The connection to RabbitMQ was lost: ";

    private static readonly TimeSpan Recovery = TimeSpan.FromMinutes(1);

    [Fact]
    public async Task Clients_that_start_before_the_broker_work_once_it_runs()
    {
        await using var late = await RabbitMqServer.ReserveAsync();
        await using var system = await ChatSystem.StartAsync(late.ConnectionString);
        (string, string)[] hasty = [("Chat:Groups:JoinTimeout", "00:00:01"), ("Chat:Broker:PublishDeadline", "00:00:01")];
        var alice = system.LaunchProgram("alice", settings: hasty);
        var bob = system.LaunchProgram("bob");
        await Task.WhenAll(alice.UntilAliveAsync(), bob.UntilAliveAsync());
        await using var atAlice = await alice.WatchAsync();

        // Every call that needs the broker says that it is away; an insult waits for it.
        Assert.Equal("connecting", (await alice.Api.MeAsync()).Connections["rabbitmq"]);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await alice.Http.GetAsync("/health", TestContext.Current.CancellationToken)).StatusCode);
        var join = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("chess"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, join.Status);
        Assert.Contains("RabbitMQ is away", join.Message, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => alice.Api.DiscoverAsync())).Status);
        Assert.Equal(MessageState.Sending, (await alice.Api.InsultAsync("late")).State);
        Assert.Empty(await alice.Api.GroupsAsync());

        await late.RestartAsync();
        await atAlice.NextAsync("alice is connected to the broker", IsConnection("connected"), Recovery);
        await Task.WhenAll(alice.UntilReadyAsync(), bob.UntilReadyAsync());
        await bob.Api.JoinGroupAsync("chess", GroupMode.Transient);

        // A broker that is still starting may refuse the first join.
        await Until.Value("alice has joined chess", () => alice.Api.JoinGroupAsync("chess", GroupMode.Transient), group => group.IsJoined);
        await alice.Api.SayAsync("chess", "hello");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);
        await Until.Sequence(
            "one client has the insult",
            ["late"],
            async () => (await alice.Api.InsultsAsync()).Concat(await bob.Api.InsultsAsync()).Select(insult => insult.Text));
        Assert.Equal(SurveyEnd.Complete, (await bob.Api.DiscoverAsync(20)).Ended);

        // A lost broker is in the log, once, before the reason why there is no new connection.
        var before = Lines(alice, "RabbitMQ is away (").Count();
        await late.KillAsync();
        await atAlice.NextAsync("the broker is away", IsConnection("reconnecting"), Recovery);
        await Until.True("the log says why there is no new connection", () => Lines(alice, "RabbitMQ is away (").Count() > before, Recovery);
        Assert.Single(Lines(alice, Lost));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_broker_killed_during_a_stream_loses_no_confirmed_message()
    {
        const int kills = 2;
        const int part = 200;
        const int each = part * (kills + 1);
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var clients = await system.StartProgramsAsync("alice", "bob", "carol");
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("chess", GroupMode.Durable);
            await client.Api.JoinGroupAsync("now", GroupMode.Transient);
        }

        var watchers = await Task.WhenAll(clients.Select(client => client.WatchAsync()));
        try
        {
            // Every client sends its texts one after the other. In the middle of the first and of the second third the broker is
            // killed; the rest of that third is sent while it is away.
            var said = new ConcurrentDictionary<string, int>();
            var parts = Enumerable.Range(0, kills + 1).Select(_ => new TaskCompletionSource()).ToList();
            parts[0].SetResult();
            var streams = clients.Select(client => Task.Run(async () =>
            {
                for (var i = 0; i < each; i++)
                {
                    await parts[i / part].Task;
                    await client.Api.SendToGroupAsync("chess", $"{client.Name} {i}");
                    said[client.Name] = i + 1;
                }
            })).ToList();
            for (var kill = 0; kill < kills; kill++)
            {
                var half = (kill * part) + (part / 2);
                await Until.True(
                    $"each client has sent {half} texts", () => said.Count == clients.Length && said.Values.Min() >= half, Recovery);
                await own.KillAsync();
                foreach (var watcher in watchers)
                {
                    await watcher.NextAsync("the broker is away", IsConnection("reconnecting"), Recovery);
                }

                await own.RestartAsync();
                foreach (var watcher in watchers)
                {
                    await watcher.NextAsync("the broker is back", IsConnection("connected"), Recovery);
                }

                parts[kill + 1].SetResult();
            }

            await Task.WhenAll(streams);
            foreach (var client in clients)
            {
                await Until.True(
                    $"all messages of {client.Name} are confirmed",
                    async () => (await client.Api.GroupMessagesAsync("chess")).Where(m => m.From == client.Name).All(m => m.State == MessageState.Confirmed),
                    Recovery);
            }

            // Every client has every message exactly once and in order, in its history and live.
            for (var i = 0; i < clients.Length; i++)
            {
                foreach (var sender in clients)
                {
                    var texts = Enumerable.Range(0, each).Select(n => $"{sender.Name} {n}").ToList();
                    await clients[i].Api.UntilTextsAsync(clients[i].Name, "chess", sender.Name, texts, Recovery);
                    await watchers[i].UntilToldAsync("chess", sender.Name, texts, Recovery);
                }

                Assert.All(await clients[i].Api.GroupMessagesAsync("chess"), message => Assert.Equal(0, message.Missing));
            }

            // The transient group works again too.
            await clients[0].Api.SayAsync("now", "still here?");
            foreach (var client in clients[1..])
            {
                await client.Api.UntilTextsAsync(client.Name, "now", "alice", ["still here?"]);
            }
        }
        finally
        {
            foreach (var watcher in watchers)
            {
                await watcher.DisposeAsync();
            }
        }
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_client_drops_a_frozen_broker_and_sends_unconfirmed_messages_again()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        (string, string)[] hasty = [("Chat:Groups:JoinTimeout", "00:00:02"), ("Chat:Broker:PublishDeadline", "00:00:01")];
        var alice = await system.StartProgramAsync("alice", hasty);
        var bob = await system.StartProgramAsync("bob", hasty);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await alice.Api.JoinGroupAsync("now", GroupMode.Transient);
        await using var atAlice = await alice.WatchAsync();
        await using var atBob = await bob.WatchAsync();

        own.Pause();
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => $"{i}")];
        await alice.Api.SayAsync("chess", texts);
        await atAlice.NextAsync("alice has dropped the connection", IsConnection("reconnecting"));
        await Until.True("the log says why", () => Lines(alice, "The connection to RabbitMQ is given up: ").Any());
        Assert.Empty(Lines(alice, Lost));

        // A frozen broker counts as away: every call that needs it says so.
        foreach (var call in (Func<Task>[])[() => alice.Api.JoinGroupAsync("go"), () => alice.Api.DiscoverAsync(), () => bob.Api.UnsubscribeAsync("chess")])
        {
            var refusal = await ChatApi.RefusalAsync(call);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
            Assert.Contains("RabbitMQ is away", refusal.Message, StringComparison.Ordinal);
        }

        Assert.All(await alice.Api.GroupMessagesAsync("chess"), message => Assert.Equal(MessageState.Sending, message.State));

        // A message unsent when its sender leaves a transient group is not sent to its next members.
        await alice.Api.SayAsync("now", "anybody here?");
        await alice.Api.LeaveGroupAsync("now");
        var unsent = Assert.Single(await alice.Api.GroupMessagesAsync("now"));
        Assert.Equal(MessageState.Failed, unsent.State);
        Assert.Contains("left the group", unsent.Reason, StringComparison.Ordinal);

        own.Resume();
        await atAlice.NextAsync("the broker is back", IsConnection("connected"), Recovery);
        await Until.True(
            "all messages are confirmed",
            async () => (await alice.Api.GroupMessagesAsync("chess")).All(m => m.State == MessageState.Confirmed), Recovery);

        // Bob has every message from before and after once: the refused unsubscription changed nothing.
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", texts, Recovery);
        await atBob.UntilToldAsync("chess", "alice", texts);

        // A client still stops in time; its whole shutdown is limited to ten seconds.
        own.Pause();
        await alice.Api.SayAsync("chess", "last words");
        Assert.Equal(0, await alice.Process.TerminateAsync(TimeSpan.FromSeconds(15)));
        own.Resume();
    }

    [Fact]
    public async Task Acquaintances_chat_in_their_groups_while_the_name_server_is_away()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        (string, string)[] lease = [("Chat:Groups:Lease", "00:00:02")];
        var alice = await system.StartProgramAsync("alice", lease);
        var bob = await system.StartProgramAsync("bob", lease);
        foreach (var group in (string[])["chess", "now"])
        {
            await alice.Api.JoinGroupAsync(group, group == "chess" ? GroupMode.Durable : GroupMode.Transient);
            await bob.Api.JoinGroupAsync(group);
        }

        await alice.Api.SayAsync("chess", "hello");
        await bob.Api.SayAsync("chess", "hello");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);
        await alice.Api.UntilTextsAsync("alice", "chess", "bob", ["hello"]);

        await system.Redis.KillAsync();
        await alice.Api.SayAsync("chess", "one", "two");
        await bob.Api.SayAsync("now", "three");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello", "one", "two"]);
        await alice.Api.UntilTextsAsync("alice", "now", "bob", ["three"]);
        Assert.Equal(
            [new GroupSummary("chess", GroupMode.Durable, null, true, Unread: 1), new GroupSummary("now", GroupMode.Transient, null, true, Unread: 1)],
            await alice.Api.GroupsAsync());
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("go"))).Status);

        // Redis comes back empty: the clients list their members again without any act of a user.
        await system.Redis.RestartAsync(keepData: false);
        foreach (var client in (ChatClientProcess[])[alice, bob])
        {
            await client.Api.UntilMembersAsync("chess", 2);
            await client.Api.UntilMembersAsync("now", 2);
        }

        Assert.Equal(HttpStatusCode.Conflict, (await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("now", GroupMode.Durable))).Status);
    }

    private static IEnumerable<string> Lines(ChatClientProcess client, string part) =>
        client.Process.Output.Split('\n').Where(line => line.Contains(part, StringComparison.Ordinal));

    private static Func<ConnectionChange, bool> IsConnection(string state) =>
        change => change.Connection == "rabbitmq" && change.State == state;
}
