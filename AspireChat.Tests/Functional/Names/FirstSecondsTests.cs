using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Names;

/// <summary>Clients whose API answers before they are registered: no call is refused or lost meanwhile.</summary>
public sealed class FirstSecondsTests(SharedRabbitMq broker)
{
    // Longer than the timeout of a call to Redis.
    private static readonly TimeSpan HeldUp = TimeSpan.FromSeconds(2.5);

    [Fact]
    public async Task A_client_may_do_everything_as_soon_as_its_API_answers()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("tea");
        var alice = system.LaunchProgram("alice");
        await alice.UntilAliveAsync();

        await Task.WhenAll(
            alice.Api.OpenChatAsync("bob"),
            alice.Api.SendAsync("bob", "hello"),
            SayAsync(alice, "tea", "hello all"),
            alice.Api.DiscoverAsync(20),
            alice.Api.InsultAsync("boo"));

        await HasAsync("bob has the message", ["hello"], () => bob.Api.MessagesAsync("alice"));
        await HasAsync("bob has what was said in the group", ["hello all"], () => bob.Api.GroupMessagesAsync("tea"));
        await InsultsAsync(["boo"], alice, bob);
    }

    [Fact]
    public async Task Calls_that_need_the_registration_wait_for_it()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var gate = GatedProxy.To(system.Redis.Port);
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("tea");
        await using var atBob = await bob.WatchAsync();
        await using var alice = ChatClientProcess.Launch(
            "alice", gate.ConnectionString, system.Rabbit, settings: ("Chat:NameServer:StartPatience", "00:01:00"));
        await alice.UntilAliveAsync();

        var online = alice.Api.UsersAsync();
        var said = SayAsync(alice, "tea", "hello all");
        var found = alice.Api.DiscoverAsync(20);
        Task[] waiting = [online, said, found, alice.Api.OpenChatAsync("bob"), alice.Api.SendAsync("bob", "hello")];
        var since = TimeProvider.System.GetTimestamp();
        await Until.True("the calls have waited", () => TimeProvider.System.GetElapsedTime(since) > HeldUp);
        Assert.All(waiting, call => Assert.False(call.IsCompleted, $"Ended too early: {call.Exception?.GetBaseException().Message}"));
        gate.Open();
        await Task.WhenAll(waiting);

        Assert.Equal(["alice", "bob"], (await online).Select(user => user.Name));
        Assert.Equal((SurveyEnd.Complete, "bob"), ((await found).Ended, Assert.Single((await found).Users).Name));
        await HasAsync("bob has the message", ["hello"], () => bob.Api.MessagesAsync("alice"));
        await HasAsync("bob has what was said in the group", ["hello all"], () => bob.Api.GroupMessagesAsync("tea"));
        Assert.Empty(atBob.Seen<RefusedBatch>());
    }

    [Fact]
    public async Task An_insult_waits_until_its_sender_is_registered()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var gate = GatedProxy.To(system.Redis.Port);
        var bob = await system.StartProgramAsync("bob");
        await using var atBob = await bob.WatchAsync();
        await using var alice = ChatClientProcess.Launch("alice", gate.ConnectionString, system.Rabbit);
        await alice.UntilAliveAsync();
        await Until.True(
            "alice's client is connected to the broker", async () => (await alice.Api.MeAsync()).Connections["rabbitmq"] == "connected");

        // Alice may get one herself, and holds it until Redis decides which client shows it; so bob gets another one.
        string[] insults = ["boo 1", "boo 2", "boo 3"];
        await Task.WhenAll(insults.Select(alice.Api.InsultAsync));
        var since = TimeProvider.System.GetTimestamp();
        await Until.True("the insults have had time to leave", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1));
        gate.Open();

        await InsultsAsync(insults, alice, bob);
        Assert.Empty(atBob.Seen<RefusedBatch>());
    }

    [Fact]
    public async Task A_survey_finds_a_client_that_registers_after_it_began()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var gate = GatedProxy.To(system.Redis.Port);
        var alice = await system.StartProgramAsync("alice");
        await using var bob = ChatClientProcess.Launch("bob", gate.ConnectionString, system.Rabbit);
        var server = await broker.ServerAsync();
        await Until.True(
            "both clients listen to surveys", async () => (await server.BoundQueuesAsync(system.Rabbit!, "chat.discovery")).Count() == 2);

        await using var atAlice = await alice.WatchAsync();

        // The survey ends with the test: on a busy machine bob may need long to reach the name server.
        var survey = alice.Api.DiscoverAsync(30);
        var since = TimeProvider.System.GetTimestamp();
        await Until.True(
            "bob has had time to receive the question", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1));
        gate.Open();

        Assert.Equal("bob", (await atAlice.NextAsync<Finding>()).User?.Name);
        Assert.False(survey.IsCompleted);
    }

    [Fact]
    public async Task A_returning_client_accepts_a_newcomer()
    {
        await using var system = await ChatSystem.StartAsync();
        await using var gate = GatedProxy.To(system.Redis.Port);
        gate.Open();
        var port = FreePort.Next();
        await using var bob = await ChatClientProcess.StartAsync(
            "bob", gate.ConnectionString, settings: [("Chat:Peer:Port", $"{port}"), ("Chat:NameServer:Lease", "00:01:00")]);
        var alice = await system.StartProgramAsync("alice");

        // Bob is still listed at his address, and listens there again before he can ask who alice is.
        await bob.KillAsync();
        gate.Shut();
        await bob.RelaunchAsync();
        await bob.UntilAliveAsync();
        var opening = alice.Api.OpenChatAsync("bob");
        var since = TimeProvider.System.GetTimestamp();
        await Until.True("alice has had time to call", () => TimeProvider.System.GetElapsedTime(since) > TimeSpan.FromSeconds(1));
        gate.Open();

        Assert.Equal(ChatState.Open, (await opening).State);
        await alice.Api.SendAsync("bob", "hello");
        await HasAsync("bob has the message", ["hello"], () => bob.Api.MessagesAsync("alice"));
    }

    [Fact]
    public async Task An_absent_Redis_is_reported_at_once_also_in_the_first_seconds()
    {
        var redis = $"127.0.0.1:{FreePort.Next()}";
        await using var alice = ChatClientProcess.Launch("alice", redis, settings: ("Chat:NameServer:StartPatience", "00:01:00"));
        await alice.UntilAliveAsync();
        foreach (var call in (Func<Task>[])[() => alice.Api.OpenChatAsync("bob"), () => alice.Api.SendAsync("bob", "x"), alice.Api.UsersAsync])
        {
            var refusal = await ChatApi.RefusalAsync(call).DefaultTimeout();
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
            Assert.Contains("(Redis) is away", refusal.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task No_call_waits_forever_for_a_silent_Redis()
    {
        await using var redis = await RedisServer.StartAsync();
        await using var gate = GatedProxy.To(redis.Port);
        await using var alice = ChatClientProcess.Launch("alice", gate.ConnectionString, settings: ("Chat:NameServer:StartPatience", "00:00:00.5"));
        await alice.UntilAliveAsync();
        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);

        gate.Open();
        await alice.UntilReadyAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob"))).Status);
    }

    private static async Task SayAsync(ChatClientProcess from, string group, string text)
    {
        await from.Api.JoinGroupAsync(group);
        await from.Api.SendToGroupAsync(group, text);
    }

    private static Task HasAsync(string what, string[] texts, Func<Task<IReadOnlyList<Message>>> read) =>
        Until.Sequence(what, texts, async () => (await read()).Select(message => message.Text));

    private static Task InsultsAsync(string[] texts, params ChatClientProcess[] clients) => Until.Sequence(
        "each insult has reached a client",
        texts,
        async () => (await Task.WhenAll(clients.Select(client => client.Api.InsultsAsync())))
            .SelectMany(insults => insults).Select(insult => insult.Text).Order(StringComparer.Ordinal));
}
