using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

public sealed class RequestSpanTests
{
    private const int Server = 2;

    [Fact]
    public async Task Calls_are_in_the_traces_and_health_polls_are_not()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice", otlp.SettingsFor("alice"));
        foreach (var path in new[] { "/health", "/alive" })
        {
            using var answer = await alice.Http.GetAsync(path, TestContext.Current.CancellationToken);
            answer.EnsureSuccessStatusCode();
        }

        await alice.Api.MeAsync();

        var call = await Until.Value(
            "the span of the call",
            () => Task.FromResult(otlp.Spans().FirstOrDefault(span => span.Kind == Server && span.Attribute("url.path") == "/api/me")),
            span => span is not null);
        Assert.Equal("GET /api/me", call!.Name);
        Assert.Equal("alice", call.Service);
        Assert.DoesNotContain(otlp.Spans(), span => span.Attribute("url.path") is "/health" or "/alive");
    }
}
