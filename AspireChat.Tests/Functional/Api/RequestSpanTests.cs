using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

public sealed class RequestSpanTests
{
    private const int Server = 2;

    [Theory]
    [InlineData("01", 1)]
    [InlineData("00", 0)]
    public async Task A_read_is_traced_only_if_its_caller_traces_it(string flags, int spans)
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));
        foreach (var path in new[] { "/api/me", "/api/events", "/health", "/alive" })
        {
            // A stream ends hours later, and health is polled every few seconds, also by callers that trace.
            using var request = new HttpRequestMessage(HttpMethod.Get, path);
            request.Headers.Add("traceparent", $"00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-{flags}");
            using var answer = await alice.Http.SendAsync(
                request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        await otlp.CatchUpAsync(alice);

        Assert.Equal(spans, otlp.Traces().Count);
        Assert.Equal(
            Enumerable.Repeat(("alice", "GET /api/me", Server), spans),
            otlp.Spans().Where(span => otlp.Traces().ContainsKey(span.TraceId)).Select(span => (span.Service, span.Name, span.Kind)));
    }

    [Fact]
    public async Task A_change_is_traced()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));

        await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("nobody"));
        await otlp.CatchUpAsync(alice);

        Assert.StartsWith("alice: POST /api/chats/{user}", Assert.Single(otlp.Traces()).Value, StringComparison.Ordinal);
    }
}
