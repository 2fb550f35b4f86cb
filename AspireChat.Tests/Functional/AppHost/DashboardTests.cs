using AspireChat.Tests.Infrastructure;
using OpenTelemetry;
using OpenTelemetry.Trace;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>What the dashboard shows.</summary>
public sealed class DashboardTests(DashboardTests.StartedSystem started) : WholeSystemTest(() => started.Whole), IClassFixture<DashboardTests.StartedSystem>
{
    private const string Alice = "alice", Bob = "bob";

    [Fact]
    public async Task A_message_is_one_trace_from_the_call_to_the_receipt()
    {
        await Whole.Client(Alice).OpenChatAsync(Bob);
        var sent = await Whole.Client(Alice).SendAsync(Bob, "seen in the dashboard");

        var send = await SpanAsync("send user", span => span.Attributes.GetValueOrDefault("messaging.message.id") == $"{sent.Id}");
        var call = await SpanAsync("POST /api/chats/{user}/messages", span => span.SpanId == send.ParentId);
        var receive = await SpanAsync("receive user", span => span.TraceId == send.TraceId);
        var delivered = await SpanAsync("delivered user", span => span.TraceId == send.TraceId);

        Assert.Equal([Alice, Alice, Bob, Alice], new[] { call, send, receive, delivered }.Select(span => span.Service));
        Assert.Equal("", call.ParentId);
        Assert.DoesNotContain(
            await Whole.Dashboard.SpansAsync(),
            span => span.Attributes.Any(attribute => attribute.Value.Contains("seen in the dashboard", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Each_command_is_exactly_one_trace()
    {
        // Other code in the host's process may trace its calls without recording them; the clients must not see such a trace.
        using var others = Sdk.CreateTracerProviderBuilder().SetSampler(new AlwaysOffSampler()).AddHttpClientInstrumentation().Build();

        // A healthy client may not listen yet, and a question without a listener is lost.
        await Until.True("bob answers surveys", async () => (await Whole.Client(Alice).DiscoverAsync(seconds: 5)).Users is [{ Name: Bob }]);
        var start = DateTimeOffset.UtcNow;
        await ExecuteAsync("send", ("to", Bob), ("text", "one"));
        await ExecuteAsync("say", ("group", "traced"), ("text", "two"));
        await ExecuteAsync("discover", ("seconds", "20"));
        await ExecuteAsync("insult");

        // The last span of each command: receipt, confirm, answer, receiver.
        string[] last = ["confirmed group", "delivered user", "receive insults", "receive survey"];
        await Until.Value(
            "all four traces are complete",
            async () => (await NewAsync()).OrderBy(span => span.Start).ToArray(),
            seen => last.All(name => seen.Count(span => span.Name == name) == 1));

        // Spans without a parent in the dashboard, whatever parent they name; a parent may come after its children.
        await Until.Sequence(
            "each command started its traces and no others",
            [
                (Alice, "POST /api/chats/{user}/messages"), (Alice, "POST /api/discover"), (Alice, "POST /api/groups/{group}/"),
                (Alice, "POST /api/groups/{group}/messages"), (Alice, "POST /api/insults"),
            ],
            async () =>
            {
                var all = await NewAsync();
                return all.Where(span => all.All(other => other.SpanId != span.ParentId))
                    .Select(span => (span.Service, span.Name))
                    .Where(root => root != (Alice, "POST /api/chats/{user}/")) // Only if no chat was open.
                    .OrderBy(root => root.Name, StringComparer.Ordinal);
            });

        async Task ExecuteAsync(string command, params (string Name, string Value)[] arguments)
        {
            var result = await Whole.ExecuteAsync(Alice, command, arguments);
            Assert.True(result.Success, result.Message);
        }

        async Task<DashboardSpan[]> NewAsync() =>
        [
            .. (await Whole.Dashboard.SpansAsync())
                .GroupBy(span => span.TraceId)
                .Where(trace => trace.Any(span => span.Start >= start))
                .SelectMany(trace => trace),
        ];
    }

    private async Task<DashboardSpan> SpanAsync(string name, Func<DashboardSpan, bool> isIt)
    {
        var all = await Until.Value(
            $"the dashboard has the span '{name}'",
            async () => (await Whole.Dashboard.SpansAsync()).OrderBy(span => span.Start).ToArray(),
            spans => spans.Any(IsIt));
        return Assert.Single(all, IsIt);

        bool IsIt(DashboardSpan span) => span.Name == name && isIt(span);
    }

    /// <summary>Two clients and the dashboard.</summary>
    public sealed class StartedSystem : IAsyncLifetime
    {
        public WholeSystem Whole { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Whole = await WholeSystem.StartAsync([Alice, Bob], [], dashboard: true);

        public ValueTask DisposeAsync() => Whole?.DisposeAsync() ?? default;
    }
}
