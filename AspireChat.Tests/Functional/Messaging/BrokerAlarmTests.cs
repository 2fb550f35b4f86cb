using System.Net;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>A broker that is short of memory takes no publishes from any client while that lasts.</summary>
public sealed class BrokerAlarmTests
{
    private const string Matter = "RabbitMQ is short of memory or disk and takes nothing now";

    // Longer than every deadline that could mistake a blocked broker for a dead one: 5 s of a publish, 10 s of a call, 20 s
    // of two heartbeats.
    private static readonly TimeSpan Lasting = TimeSpan.FromSeconds(25);

    [Fact]
    public async Task All_clients_show_an_alarm_and_send_waiting_messages_once_after_it()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("chess", GroupMode.Durable);
            await client.Api.JoinGroupAsync("now", GroupMode.Transient);
            Assert.Equal("connected", (await client.Api.MeAsync()).Connections["rabbitmq"]);
        }

        await using var atAlice = await alice.WatchAsync();
        await using var atBob = await bob.WatchAsync();

        // Bob publishes nothing, and his client reports the alarm too.
        await own.AlarmAsync(isOn: true);
        var since = TimeProvider.System.GetTimestamp();
        string[] texts = [.. Enumerable.Range(0, 20).Select(i => $"{i}")];
        await alice.Api.SayAsync("chess", texts);
        await alice.Api.SayAsync("now", texts);
        var insult = await alice.Api.InsultAsync("slow");
        await atAlice.NextAsync("alice's client reports the alarm", IsConnection("blocked"));
        await atBob.NextAsync("bob's client reports the alarm", IsConnection("blocked"));
        Assert.Equal("Degraded", await HealthAsync(bob));

        // Each waiting message says why it waits.
        await Until.True("the insult says why it waits", () => atAlice.Seen<StateChange>().Any(
            change => change.Id == insult.Id && change.State == MessageState.Sending && change.Reason!.StartsWith(Matter, StringComparison.Ordinal)));
        foreach (var group in (string[])["chess", "now"])
        {
            await Until.True(
                $"the messages in {group} say why they wait",
                async () => (await alice.Api.GroupMessagesAsync(group)).All(
                    m => m.State == MessageState.Sending && m.Reason?.StartsWith(Matter, StringComparison.Ordinal) == true));
        }

        // A survey is refused at once, with the reason. A group can be joined, since joining publishes nothing.
        foreach (var client in clients)
        {
            var asked = TimeProvider.System.GetTimestamp();
            var refusal = await ChatApi.RefusalAsync(() => client.Api.DiscoverAsync());
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
            Assert.StartsWith(Matter, refusal.Message, StringComparison.Ordinal);
            Assert.InRange(TimeProvider.System.GetElapsedTime(asked), TimeSpan.Zero, TimeSpan.FromSeconds(1));
            await client.Api.JoinGroupAsync("tea", GroupMode.Durable);
            await client.Api.JoinGroupAsync("later", GroupMode.Transient);
        }

        // A client that starts now shows the alarm from the beginning.
        var carol = await system.StartProgramAsync("carol");
        Assert.Equal("blocked", (await carol.Api.MeAsync()).Connections["rabbitmq"]);
        await using var atCarol = await carol.WatchAsync();
        await carol.Api.JoinGroupAsync("tea");
        await carol.Api.SayAsync("tea", "hello");

        await Until.True(
            "the alarm has lasted longer than every deadline",
            () => TimeProvider.System.GetElapsedTime(since) > Lasting,
            Lasting + Lasting);
        await own.AlarmAsync(isOn: false);
        await atAlice.NextAsync("alice's client is connected again", IsConnection("connected"));
        await atBob.NextAsync("bob's client is connected again", IsConnection("connected"));
        await atCarol.NextAsync("carol's client is connected again", IsConnection("connected"));
        foreach (var group in (string[])["chess", "now"])
        {
            await bob.Api.UntilTextsAsync("bob", group, "alice", texts);
            await atBob.UntilToldAsync(group, "alice", texts);
            await Until.True(
                $"all messages to {group} are sent",
                async () => (await alice.Api.GroupMessagesAsync(group)).All(m => m is { State: MessageState.Confirmed or MessageState.Sent, Reason: null }));
        }

        await bob.Api.UntilTextsAsync("bob", "tea", "carol", ["hello"]);
        ChatClientProcess[] all = [.. clients, carol];
        await Until.Sequence(
            "one client has the insult",
            ["slow"],
            async () => (await Task.WhenAll(all.Select(client => client.Api.InsultsAsync()))).SelectMany(received => received).Select(received => received.Text));
        Assert.Equal(SurveyEnd.Complete, (await bob.Api.DiscoverAsync(20)).Ended);
        Assert.Equal("Healthy", await HealthAsync(bob));

        Assert.Equal(["blocked", "connected"], States(atAlice));
        Assert.Equal(["blocked", "connected"], States(atBob));
        Assert.Equal(["connected"], States(atCarol));
    }

    [Fact]
    public async Task A_client_stops_during_an_alarm_and_sends_the_rest_later()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var alice = await system.StartProgramAsync("alice");
        var bob = await system.StartProgramAsync("bob");
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await own.AlarmAsync(isOn: true);
        await alice.Api.SayAsync("chess", "one", "two");
        await Until.Equal("alice's client shows the alarm", "blocked", async () => (await alice.Api.MeAsync()).Connections["rabbitmq"]);

        Assert.Equal(0, await alice.Process.TerminateAsync(TimeSpan.FromSeconds(15)));
        await own.AlarmAsync(isOn: false);
        await alice.RestartAsync();
        await alice.Api.JoinGroupAsync("chess");
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["one", "two"]);
        await atBob.UntilToldAsync("chess", "alice", ["one", "two"]);
    }

    [Fact]
    public async Task A_reason_is_cleared_when_the_broker_that_gave_it_is_away()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var alice = await system.StartProgramAsync("alice");
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await own.AlarmAsync(isOn: true);
        await alice.Api.SayAsync("chess", "one");

        // After a crash the client cannot know whether the reason still holds.
        await Until.True(
            "the message says why it waits", async () => IsForAlarm(Assert.Single(await alice.Api.GroupMessagesAsync("chess")).Reason));
        await alice.KillAsync();
        await alice.RestartAsync();
        Assert.Equal((MessageState.Sending, null), await SaidAsync());

        await using var events = await alice.WatchAsync();
        await alice.Api.JoinGroupAsync("chess");
        var insult = await alice.Api.InsultAsync("slow");
        await Until.True("the message says again why it waits", async () => IsForAlarm((await SaidAsync()).Reason));
        await events.NextAsync<StateChange>("the insult says why it waits", change => change.Id == insult.Id && IsForAlarm(change.Reason));

        // A broker that is away is not short of memory.
        await own.KillAsync();
        await events.NextAsync<StateChange>(
            "the insult loses its reason", change => change.Id == insult.Id && change is { State: MessageState.Sending, Reason: null });
        await Until.Equal("the message loses its reason", (MessageState.Sending, null), SaidAsync);
        await Until.Equal("the broker is shown as away", "reconnecting", async () => (await alice.Api.MeAsync()).Connections["rabbitmq"]);
        Assert.Equal((MessageState.Sending, null), await SaidAsync());

        await own.RestartAsync();
        await Until.Equal("the message is confirmed", (MessageState.Confirmed, null), SaidAsync, TimeSpan.FromMinutes(1));

        async Task<(MessageState State, string? Reason)> SaidAsync()
        {
            var said = Assert.Single(await alice.Api.GroupMessagesAsync("chess"));
            return (said.State, said.Reason);
        }

        static bool IsForAlarm(string? reason) => reason?.StartsWith(Matter, StringComparison.Ordinal) == true;
    }

    private static IEnumerable<string> States(EventWatcher watcher) =>
        watcher.Seen<ConnectionChange>().Where(change => change.Connection == "rabbitmq").Select(change => change.State);

    private static Func<ConnectionChange, bool> IsConnection(string state) =>
        change => change.Connection == "rabbitmq" && change.State == state;

    private static Task<string> HealthAsync(ChatClientProcess client) => client.Http.GetStringAsync("/health", TestContext.Current.CancellationToken);
}
