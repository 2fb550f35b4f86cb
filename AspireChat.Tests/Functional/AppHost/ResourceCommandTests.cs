using System.Text.Json.Nodes;
using Aspire.Hosting.ApplicationModel;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>The commands of the resources, executed without a dashboard.</summary>
public sealed class ResourceCommandTests(ResourceCommandTests.StartedSystem system) : WholeSystemTest(() => system.Whole), IClassFixture<ResourceCommandTests.StartedSystem>
{
    private const string Alice = "alice", Bob = "bob", Guest = "dora", Emil = "emil";
    private static readonly string[] ChatCommands = ["send", "say", "discover", "insult", "kill"];

    [Fact]
    public async Task Send_opens_a_chat_and_says_that_the_message_was_delivered()
    {
        var result = await ExecuteAsync(Alice, "send", ("to", Bob), ("text", "sent by command"));

        Assert.True(result.Success, result.Message);
        Assert.Matches("^bob has it after .* (delivered|read)\\.$", result.Message);
        Assert.Equal(result.Message, result.Data?.Value);
        Assert.Equal(["sent by command"], (await Whole.Client(Bob).MessagesAsync(Alice)).Select(message => message.Text));
    }

    [Theory]
    [InlineData("nobody-here", "No user is known by the name nobody-here.")]
    [InlineData(Alice, "A chat needs two; that is your own name.")]
    [InlineData("..", "'..' cannot be a user's name. A name is 1 to 32 of the letters a-z, digits, '_' and '-', and starts with a letter or a digit.")]
    public async Task Send_reports_why_the_client_refuses(string to, string sentence)
    {
        var result = await ExecuteAsync(Alice, "send", ("to", to), ("text", "x"));

        Assert.False(result.Success);
        Assert.Equal(sentence, result.Message);
    }

    [Fact]
    public async Task Send_says_that_a_message_waits_for_an_absent_user()
    {
        await Whole.RunCommandAsync(Emil, "start");
        await Whole.WaitForHealthyAsync(Emil);
        await ExecuteAsync(Alice, "send", ("to", Emil), ("text", "one"));
        await Whole.RunCommandAsync(Emil, "stop");

        var result = await ExecuteAsync(Alice, "send", ("to", Emil), ("text", "two"));

        Assert.True(result.Success, result.Message);
        Assert.Matches("^emil is away\\. A sealed copy waits in emil's mailbox after .*: stored\\.$", result.Message);
    }

    [Fact]
    public async Task Send_requires_a_receiver_and_a_text()
    {
        var result = await ExecuteAsync(Alice, "send");

        Assert.False(result.Success);
    }

    [Fact]
    public async Task Say_joins_the_group_and_says_that_RabbitMQ_has_the_message()
    {
        await Whole.Client(Bob).JoinGroupAsync("said", GroupMode.Durable);

        var result = await ExecuteAsync(Alice, "say", ("group", "said"), ("text", "said by command"));

        Assert.True(result.Success, result.Message);
        Assert.Matches("^RabbitMQ has it after .* confirmed, in the durable group said with 2 members present\\.$", result.Message);
        await Until.Sequence(
            "bob has alice's message", ["said by command"],
            async () => (await Whole.Client(Bob).GroupMessagesAsync("said")).Select(message => message.Text));
    }

    [Fact]
    public async Task Discover_finds_the_other_user_and_reports_the_survey()
    {
        var result = await ExecuteAsync(Alice, "discover", ("seconds", "5"));

        Assert.True(result.Success, result.Message);
        var survey = JsonNode.Parse(result.Data!.Value)!;
        Assert.Equal([Bob], survey["users"]!.AsArray().Select(user => user!["name"]!.GetValue<string>()));
        Assert.StartsWith("Users: bob. Groups: ", result.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discover_says_which_durations_are_allowed()
    {
        var result = await ExecuteAsync(Alice, "discover", ("seconds", "31"));

        Assert.False(result.Success);
        Assert.Equal("seconds is 31; it must be above 0 and at most 30.", result.Message);
    }

    [Fact]
    public async Task An_insult_reaches_exactly_one_client()
    {
        var result = await ExecuteAsync(Alice, "insult", ("text", "You insult by command!"));

        Assert.True(result.Success, result.Message);
        await Until.Sequence("exactly one client has the insult", ["You insult by command!"], ReceivedAsync);

        // A second copy would have come before a later insult.
        await Whole.Client(Bob).InsultAsync("a later one");
        await Until.Sequence("exactly one client has each insult", ["You insult by command!", "a later one"], ReceivedAsync);

        async Task<IEnumerable<string>> ReceivedAsync()
        {
            var all = await Task.WhenAll(new[] { Alice, Bob }.Select(user => Whole.Client(user).InsultsAsync()));
            return all.SelectMany(insults => insults).OrderBy(insult => insult.SentAt).Select(insult => insult.Text);
        }
    }

    [Fact]
    public async Task A_client_that_does_not_run_has_only_the_start_command()
    {
        var commands = Snapshot(Guest).Commands.ToDictionary(command => command.Name, command => command.State);

        Assert.Equal(ResourceCommandState.Enabled, commands[KnownResourceCommands.StartCommand]);
        Assert.All(ChatCommands, name => Assert.Equal(ResourceCommandState.Disabled, commands[name]));

        // A command called nevertheless is refused at once.
        foreach (var (name, arguments) in new (string, (string, string)[])[]
        {
            ("send", [("to", Bob), ("text", "x")]), ("say", [("group", "x"), ("text", "x")]), ("discover", []), ("insult", []), ("kill", []),
        })
        {
            var result = await ExecuteAsync(Guest, name, arguments);
            Assert.False(result.Success);
            Assert.StartsWith("dora is not running", result.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_call_to_a_client_that_does_not_run_is_refused_at_once()
    {
        var refusal = await Assert.ThrowsAsync<HttpRequestException>(() => Whole.Client(Guest).MeAsync().DefaultTimeout());

        Assert.Equal(HttpRequestError.ConnectionError, refusal.HttpRequestError);
    }

    [Fact]
    public async Task A_running_client_has_all_commands() => await Until.True(
        "all commands of bob are enabled",
        () => ChatCommands.All(name => Snapshot(Bob).Commands.Single(command => command.Name == name).State == ResourceCommandState.Enabled));

    [Fact]
    public async Task A_client_has_a_terminal()
    {
        Assert.SkipUnless(Terminals.ArePossible, Terminals.WhyNot);

        await Whole.WaitForHealthyAsync($"{Alice}-terminalhost-0");
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("NaN")]
    [InlineData("3601")]
    [InlineData("soon")]
    public async Task Kill_refuses_a_delay_that_it_does_not_understand(string backAfter)
    {
        var before = Pid(Bob);

        var result = await ExecuteAsync(Bob, "kill", ("back-after", backAfter));

        Assert.False(result.Success);
        Assert.Equal(before, Pid(Bob));
    }

    /// <summary>One system with terminals for all tests of this class.</summary>
    public sealed class StartedSystem : IAsyncLifetime
    {
        public WholeSystem Whole { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Whole = await WholeSystem.StartAsync([Alice, Bob], [Guest, Emil], terminals: true);

        public ValueTask DisposeAsync() => Whole?.DisposeAsync() ?? default;
    }
}
