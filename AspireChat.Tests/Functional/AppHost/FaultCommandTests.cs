using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>The command that kills, and what the other commands say while a part is away.</summary>
public sealed class FaultCommandTests(FaultCommandTests.StartedSystem started) : WholeSystemTest(() => started.Whole), IClassFixture<FaultCommandTests.StartedSystem>
{
    private const string Alice = "alice", Bob = "bob", RabbitMq = "rabbitmq";

    [Theory]
    [InlineData(Alice)]
    [InlineData("redis")]
    [InlineData(RabbitMq)]
    public async Task A_killed_resource_comes_back_healthy_as_another_process(string resource)
    {
        await Whole.WaitForHealthyAsync(resource);
        var before = Pid(resource);

        var result = await ExecuteAsync(resource, "kill", ("back-after", "0.5"));

        Assert.True(result.Success, result.Message);
        Assert.Matches($@"^{resource} was killed \(process {before}\), stayed away for 0\.5 s, and was healthy again \d+\.\d s later\.$", result.Message);
        Assert.NotEqual(before, Pid(resource));
        await ConnectedAsync(Alice);
    }

    [Fact]
    public async Task Only_one_of_several_simultaneous_kills_succeeds()
    {
        await Whole.WaitForHealthyAsync(Bob);
        var before = Pid(Bob);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => ExecuteAsync(Bob, "kill")));

        Assert.Equal($"bob was killed (process {before}); 'start' brings it back.", Assert.Single(results, result => result.Success).Message);
        Assert.All(
            results.Where(result => !result.Success),
            result => Assert.Equal("bob is not running, so there is nothing to kill.", result.Message));
        await Whole.RunCommandAsync(Bob, "start");
        await Whole.WaitForHealthyAsync(Bob);
    }

    [Fact]
    public async Task Group_messages_wait_and_private_ones_arrive_while_the_broker_is_away()
    {
        await Whole.WaitForHealthyAsync(Bob);
        await ExecuteAsync(Alice, "say", ("group", "patient"), ("text", "before"));
        await Whole.RunCommandAsync(RabbitMq, "stop");

        var sent = await ExecuteAsync(Alice, "send", ("to", Bob), ("text", "without a broker"));
        var said = await ExecuteAsync(Alice, "say", ("group", "patient"), ("text", "later"));

        Assert.Matches("^bob has it after .* (delivered|read)\\.$", sent.Message);
        Assert.Matches("^Not confirmed within .*: it stays on alice's disk and goes out as soon as RabbitMQ can be reached\\.$", said.Message);
        await Whole.RunCommandAsync(RabbitMq, "start");
        await Whole.WaitForHealthyAsync(RabbitMq);
        await Until.Sequence(
            "RabbitMQ has confirmed all of alice's messages", [("before", MessageState.Confirmed), ("later", MessageState.Confirmed)],
            async () => (await Whole.Client(Alice).GroupMessagesAsync("patient")).Select(message => (message.Text, message.State)));
    }

    [Fact]
    public async Task A_command_says_that_a_client_cannot_return_without_the_broker()
    {
        await Whole.RunCommandAsync(RabbitMq, "stop");
        var result = await ExecuteAsync(Bob, "kill", ("back-after", "0"));
        await Whole.RunCommandAsync(RabbitMq, "start");
        await Whole.WaitForHealthyAsync(RabbitMq);
        await Whole.RunCommandAsync(Bob, "start");
        await Whole.WaitForHealthyAsync(Bob);

        // Under test no resource waits for the stopped one; otherwise the sentence ends with the state, Waiting.
        Assert.False(result.Success);
        Assert.Matches(@"^bob was killed \(process \d+\), but was not started again: .*'rabbitmq'", result.Message);
    }

    private Task ConnectedAsync(string user) => Until.Equal(
        $"{user} is connected", "connected connected",
        async () => string.Join(' ', (await Whole.Client(user).MeAsync()).Connections.OrderBy(c => c.Key).Select(c => c.Value)));

    /// <summary>One system for all tests of this class, each of which brings back what it stops.</summary>
    public sealed class StartedSystem : IAsyncLifetime
    {
        public WholeSystem Whole { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Whole = await WholeSystem.StartAsync([Alice, Bob], []);

        public ValueTask DisposeAsync() => Whole?.DisposeAsync() ?? default;
    }
}
