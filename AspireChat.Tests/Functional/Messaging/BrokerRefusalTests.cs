using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>A broker that refuses something for a lasting reason.</summary>
public sealed class BrokerRefusalTests(SharedRabbitMq broker)
{
    private static readonly (string, string) Eager = ("Chat:Broker:MaxBackoff", "00:00:00.1");

    [Fact]
    public async Task A_wrongly_declared_queue_is_reported_and_loses_no_insult()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var connection = await new ConnectionFactory { Uri = new Uri(system.Rabbit!) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        await channel.QueueDeclareAsync(
            "chat.insults",
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?> { ["x-queue-type"] = "classic" },
            cancellationToken: TestContext.Current.CancellationToken);
        var alice = await system.StartProgramAsync("alice", Eager);
        await using var events = await alice.WatchAsync();
        var insult = await alice.Api.InsultAsync("stuck");

        // The message, the state and the health say so, and the log once.
        var told = await events.NextAsync("the insult says why it waits", GroupTestExtensions.IsStateOf(insult.Id));
        Assert.Equal(MessageState.Sending, told.State);
        Assert.StartsWith("RabbitMQ refuses insults: PRECONDITION_FAILED", told.Reason, StringComparison.Ordinal);
        await Until.Equal("the state of the broker connection", "refusing", () => StateAsync(alice));
        Assert.Contains(
            "inequivalent arg 'x-queue-type' for queue 'chat.insults'", (await alice.Api.MeAsync()).Details!["rabbitmq"], StringComparison.Ordinal);
        Assert.Equal("Degraded", await HealthAsync(alice));

        // Everything else works.
        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await alice.Api.SayAsync("tea", "one");
        await Until.True(
            "the message is confirmed",
            async () => (await alice.Api.GroupMessagesAsync("tea")).All(m => m.State == MessageState.Confirmed));
        var since = TimeProvider.System.GetTimestamp();
        await Until.True(
            "two seconds for more tries have passed", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(2));
        Assert.Single(Lines(alice, "RabbitMQ refuses"), line => line.Contains("insults: PRECONDITION_FAILED", StringComparison.Ordinal));

        await channel.QueueDeleteAsync("chat.insults", cancellationToken: TestContext.Current.CancellationToken);
        await events.NextAsync<StateChange>("the insult is confirmed", change => change.Id == insult.Id && change.State == MessageState.Confirmed);
        await Until.Equal("the state of the broker connection", "connected", () => StateAsync(alice));
        Assert.Equal("Healthy", await HealthAsync(alice));
        await Until.Sequence(
            "the insult has come", ["stuck"], async () => (await alice.Api.InsultsAsync()).Select(received => received.Text));
        Assert.Single(Lines(alice, "RabbitMQ refuses"));
        Assert.Single(Lines(alice, "RabbitMQ takes insults again"));

        // The refusal may have been told before this test began to listen.
        await Until.Sequence(
            "the states that were told",
            ["connected"],
            () => Task.FromResult(events.Seen<ConnectionChange>()
                .Where(change => change.Connection == "rabbitmq").Select(change => change.State).SkipWhile(state => state == "refusing")));
    }

    [Fact]
    public async Task Waiting_messages_report_a_revoked_permission_until_it_is_granted_again()
    {
        var server = await broker.ServerAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice", Eager);
        var bob = await system.StartProgramAsync("bob", Eager);
        foreach (var client in (ChatClientProcess[])[alice, bob])
        {
            await client.Api.JoinGroupAsync("tea", GroupMode.Durable);
            await client.Api.JoinGroupAsync("chess", GroupMode.Transient);
        }

        await using var events = await alice.WatchAsync();
        await server.PermitAsync(system.Rabbit!, write: "^(?!chat.group.tea$).*");
        await alice.Api.SayAsync("tea", "one", "two");
        await alice.Api.SayAsync("chess", "three");

        await Until.True(
            "both messages say why they wait",
            async () => (await alice.Api.GroupMessagesAsync("tea")).All(
                m => m.State == MessageState.Sending && m.Reason?.StartsWith("RabbitMQ refuses group tea: ACCESS_REFUSED", StringComparison.Ordinal) == true));
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["three"]);
        Assert.Equal(("refusing", "Degraded"), (await StateAsync(alice), await HealthAsync(alice)));
        Assert.Single(Lines(alice, "RabbitMQ refuses group tea"));

        await server.PermitAsync(system.Rabbit!);
        await bob.Api.UntilTextsAsync("bob", "tea", "alice", ["one", "two"]);
        await Until.True(
            "both messages are confirmed",
            async () => (await alice.Api.GroupMessagesAsync("tea")).All(m => m is { State: MessageState.Confirmed, Reason: null }));
        await Until.Equal("the state of the broker connection", "connected", () => StateAsync(alice));
        Assert.Equal("Healthy", await HealthAsync(alice));
        Assert.Single(Lines(alice, "RabbitMQ takes group tea again"));
    }

    [Fact]
    public async Task The_connection_reports_only_what_is_refused_now()
    {
        const string tea = "RabbitMQ refuses group tea: ACCESS_REFUSED";
        const string chess = "RabbitMQ refuses group chess: ACCESS_REFUSED";
        var server = await broker.ServerAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice", Eager);
        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var events = await alice.WatchAsync();

        // One group is refused, then both, then only the other, then none.
        await server.PermitAsync(system.Rabbit!, write: "^(?!chat.group.tea$).*");
        await alice.Api.SayAsync("tea", "one");
        await SaidAsync(tea);
        await server.PermitAsync(system.Rabbit!, write: "^(?!chat.group.(tea|chess)$).*");
        await alice.Api.SayAsync("chess", "two");
        await SaidAsync(chess, tea);
        await server.PermitAsync(system.Rabbit!, write: "^(?!chat.group.chess$).*");
        await SaidAsync(chess);
        Assert.Equal("Degraded", await HealthAsync(alice));
        await server.PermitAsync(system.Rabbit!);
        await Until.Equal("the state of the broker connection", "connected", () => StateAsync(alice));
        Assert.Null((await alice.Api.MeAsync()).Details);
        Assert.Equal("Healthy", await HealthAsync(alice));

        await Until.Sequence(
            "the states that were told",
            ["refusing", "refusing", "refusing", "connected"],
            () => Task.FromResult(events.Seen<ConnectionChange>().Where(change => change.Connection == "rabbitmq").Select(change => change.State)));

        // The last event and a direct question say the same.
        async Task SaidAsync(params string[] refused)
        {
            await Until.True(
                $"the connection reports: {string.Join(", ", refused)}",
                () => IsOf(refused, events.Seen<ConnectionChange>().LastOrDefault()?.Detail));
            Assert.True(IsOf(refused, (await alice.Api.MeAsync()).Details?["rabbitmq"]));
        }

        static bool IsOf(string[] refused, string? sentences) =>
            ((string[])[tea, chess]).All(one => refused.Contains(one) == (sentences?.Contains(one, StringComparison.Ordinal) == true));
    }

    [Fact]
    public async Task A_refused_survey_or_join_says_the_brokers_reason()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var connection = await new ConnectionFactory { Uri = new Uri(system.Rabbit!) }.CreateConnectionAsync(TestContext.Current.CancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: TestContext.Current.CancellationToken);
        foreach (var exchange in (string[])["chat.discovery", "chat.group.tea"])
        {
            await channel.ExchangeDeclareAsync(exchange, ExchangeType.Topic, durable: true, cancellationToken: TestContext.Current.CancellationToken);
        }

        var alice = await system.StartProgramAsync("alice", Eager, ("Chat:Groups:JoinTimeout", "00:00:05"));
        var survey = await ChatApi.RefusalAsync(() => alice.Api.DiscoverAsync());
        Assert.StartsWith("RabbitMQ refuses surveys: PRECONDITION_FAILED", survey.Message, StringComparison.Ordinal);
        var join = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("tea"));
        Assert.StartsWith("RabbitMQ refuses group tea: PRECONDITION_FAILED", join.Message, StringComparison.Ordinal);

        // The failed join is not tried again and no longer counts; surveys of others still cannot be answered.
        await Until.Equal("the state of the broker connection", "refusing", () => StateAsync(alice));
        Assert.Single(Lines(alice, "RabbitMQ refuses surveys"));
        await channel.ExchangeDeleteAsync("chat.discovery", cancellationToken: TestContext.Current.CancellationToken);
        await Until.Equal("the state of the broker connection", "connected", () => StateAsync(alice));
        Assert.Equal("Healthy", await HealthAsync(alice));

        // The log comes a little later than the state.
        await Until.True("the log says that RabbitMQ takes surveys again", () => Lines(alice, "RabbitMQ takes surveys again").Any());
        Assert.Single(Lines(alice, "RabbitMQ takes surveys again"));
    }

    [Fact]
    public async Task A_client_whose_answer_was_refused_answers_the_next_survey()
    {
        var server = await broker.ServerAsync();
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var alice = system.Clients[0];
        await server.PermitAsync(system.Rabbit, write: "^(?!amq.default$).*");
        for (var round = 0; round < 2; round++)
        {
            var refused = await alice.Api.DiscoverAsync(0.5);
            Assert.Equal((SurveyEnd.Timeout, 0), (refused.Ended, refused.Users.Count));
        }

        await server.PermitAsync(system.Rabbit);
        var survey = await Until.Value(
            "bob answers again", () => alice.Api.DiscoverAsync(2), found => found.Ended == SurveyEnd.Complete);
        Assert.Equal("bob", Assert.Single(survey.Users).Name);
    }

    private static async Task<string> StateAsync(ChatClientProcess client) => (await client.Api.MeAsync()).Connections["rabbitmq"];

    private static Task<string> HealthAsync(ChatClientProcess client) => client.Http.GetStringAsync("/health", TestContext.Current.CancellationToken);

    private static IEnumerable<string> Lines(ChatClientProcess client, string part) =>
        client.Process.Output.Split('\n').Where(line => line.Contains(part, StringComparison.Ordinal));
}
