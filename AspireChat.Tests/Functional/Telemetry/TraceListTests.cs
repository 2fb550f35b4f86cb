using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Telemetry;

public sealed class TraceListTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task Each_act_of_a_user_is_exactly_one_trace()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await Task.WhenAll(
            ((string[])["alice", "bob", "carol"]).Select(name => system.StartProgramAsync(name, otlp.SettingsFor(name))));
        var (alice, bob) = (clients[0], clients[1]);
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("tea", GroupMode.Durable);
        }

        // They meet first, so that no user is looked up later.
        await alice.Api.OpenChatAsync("bob");
        await alice.Api.OpenChatAsync("carol");
        await otlp.CatchUpAsync(clients);
        var before = otlp.Traces().Keys.ToHashSet();

        await using var events = await alice.WatchAsync();
        var message = await alice.Api.SendAsync("bob", "hello");
        await AwaitStateAsync(events, message.Id, MessageState.Delivered);
        await bob.Api.MarkReadAsync("alice");
        await AwaitStateAsync(events, message.Id, MessageState.Read);
        await alice.Api.SendToGroupAsync("tea", "to two");
        await alice.Api.DiscoverAsync();
        await alice.Api.InsultAsync("to one");
        await Until.Equal("how many spans the members and the insult's receiver have", 3, () => Task.FromResult(
            otlp.Spans().Count(span => span.Name is "receive group" or "receive insults")));
        await Until.Equal("how many spans of confirms there are", 2, () => Task.FromResult(
            otlp.Spans().Count(span => span.Name is "confirmed group" or "confirmed insults")));

        // Streams and consumers end with their clients and would export their spans now.
        foreach (var client in clients)
        {
            Assert.Equal(0, await client.TerminateAsync());
        }

        var insulted = otlp.Spans().Single(span => span.Name == "receive insults").Service;
        Assert.Equal(
            [
                """
                alice: POST /api/chats/{user}/messages
                  alice: send user
                    alice: delivered user
                    alice: read user
                    bob: receive user
                """,
                """
                alice: POST /api/discover
                  alice: EVAL read-changes
                  alice: send survey
                    bob: answer survey
                      alice: receive survey
                    carol: answer survey
                      alice: receive survey
                """,
                """
                alice: POST /api/groups/{group}/messages
                  alice: send group
                    alice: confirmed group
                    bob: receive group
                    carol: receive group
                """,
                $"""
                alice: POST /api/insults
                  alice: send insults
                    alice: confirmed insults
                    {insulted}: receive insults
                """,
            ],
            otlp.Traces().Where(trace => !before.Contains(trace.Key)).Select(trace => trace.Value).Order(StringComparer.Ordinal));
        AssertSurvey(otlp.Spans());
    }

    [Fact]
    public async Task A_survey_among_strangers_traces_the_lookups_of_their_claims()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await Task.WhenAll(
            ((string[])["alice", "bob", "carol"]).Select(name => system.StartProgramAsync(name, otlp.SettingsFor(name))));

        await clients[0].Api.DiscoverAsync(seconds: 10);
        await otlp.CatchUpAsync(clients);

        Assert.Equal(
            """
            alice: POST /api/discover
              alice: EVAL read-changes
              alice: HMGET chat:claim
              alice: HMGET chat:claim
              alice: send survey
                bob: answer survey
                  alice: receive survey
                carol: answer survey
                  alice: receive survey
            """,
            Assert.Single(otlp.Traces()).Value);
    }

    [Fact]
    public async Task A_first_contact_traces_the_lookup_and_the_greeting()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob", otlp.SettingsFor("bob"));
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));

        await alice.Api.OpenChatAsync("bob");
        var address = new Uri((await bob.Api.MeAsync()).Address);
        await otlp.CatchUpAsync(alice, bob);

        Assert.Equal(
            """
            alice: POST /api/chats/{user}/
              alice: HMGET chat:claim
              alice: HMGET chat:peer
              alice: aspirechat.v1.PeerChat/OpenChat
                alice: POST
                  bob: POST /aspirechat.v1.PeerChat/OpenChat
                    bob: HMGET chat:claim
            """,
            Assert.Single(otlp.Traces()).Value);

        var call = otlp.Spans().Single(span => span is { Service: "alice", Name: "POST" });
        Assert.Equal(
            (address.Host, $"{address}aspirechat.v1.PeerChat/OpenChat"),
            (call.Attribute("server.address"), call.Attribute("url.full")));

        var lookUp = otlp.Spans().Single(span => span.Name == "HMGET chat:peer");
        Assert.Equal(3, lookUp.Kind);
        Assert.Equal(
            ("redis", "HMGET", "HMGET chat:peer"),
            (lookUp.Attribute("db.system.name"), lookUp.Attribute("db.operation.name"), lookUp.Attribute("db.query.summary")));
    }

    [Fact]
    public async Task Joining_a_group_traces_the_calls_to_the_name_server()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));

        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await otlp.CatchUpAsync(alice);

        Assert.Equal(
            """
            alice: POST /api/groups/{group}/
              alice: EVAL describe-group
              alice: EVAL join-group
            """,
            Assert.Single(otlp.Traces()).Value);
        Assert.Equal("join-group", otlp.Spans().Single(span => span.Name == "EVAL join-group").Attribute("db.stored_procedure.name"));
    }

    [Fact]
    public async Task An_absent_name_server_is_a_failure_in_the_callers_trace()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));
        await system.Redis.KillAsync();

        await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob"));
        await otlp.CatchUpAsync(alice);

        Assert.Equal(
            """
            alice: POST /api/chats/{user}/
              alice: HMGET chat:claim
            """,
            Assert.Single(otlp.Traces()).Value);
        Assert.NotNull(otlp.Spans().Single(span => span.Name == "HMGET chat:claim").Attribute("error.type"));
    }

    private static Task<StateChange> AwaitStateAsync(EventWatcher events, Guid id, MessageState state) => events.NextAsync<StateChange>(
        $"{id} is {state}", change => change.Id == id && change.State == state);

    // Each answer names its asker and its answerer; all belong to one question.
    private static void AssertSurvey(IReadOnlyList<ReceivedSpan> spans)
    {
        var asked = spans.Single(span => span.Name == "send survey");
        Assert.Equal(
            ("rabbitmq", "send", "survey"),
            (
                asked.Attribute("messaging.system"),
                asked.Attribute("messaging.operation.type"),
                asked.Attribute("messaging.destination.name")));
        Assert.Equal(
            ["alice", "alice"],
            spans.Where(span => span.Name == "answer survey").Select(span => span.Attribute("aspirechat.sender")));
        Assert.Equal(
            ["bob", "carol"],
            spans.Where(span => span.Name == "receive survey")
                .Select(span => span.Attribute("aspirechat.sender")).Order(StringComparer.Ordinal));
        Assert.Single(
            spans.Where(span => span.Name.EndsWith(" survey", StringComparison.Ordinal))
                .Select(span => span.Attribute("messaging.message.conversation_id")).Distinct());
    }
}
