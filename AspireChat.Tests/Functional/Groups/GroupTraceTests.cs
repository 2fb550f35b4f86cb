using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class GroupTraceTests(SharedRabbitMq broker)
{
    private const int Client = 3;
    private const int Producer = 4;
    private const int Consumer = 5;

    [Theory]
    [InlineData("durable", "rabbitmq")]
    [InlineData("stream", "rabbitmq")]
    [InlineData("redis-stream", "redis")]
    [InlineData("redis-pubsub", "redis")]
    public async Task One_message_is_one_trace_from_the_call_to_every_commit(string mode, string system)
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var chat = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await Task.WhenAll(
            ((string[])["alice", "bob", "carol"]).Select(name => chat.StartProgramAsync(name, otlp.SettingsFor(name))));
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        }

        // Of several in one burst, each keeps its own trace though they may share a publish.
        var sent = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => clients[0].Api.SendToGroupAsync("chess", $"secret {i}")));
        foreach (var message in sent)
        {
            await AssertTraceAsync(otlp, message.Id, system);
        }

        Assert.Equal(10, sent.Select(message => SpansOf(otlp, message.Id)[0].TraceId).Distinct().Count());
        Assert.DoesNotContain(
            otlp.Spans(), span => span.Attributes.Any(a => a.Value.Contains("secret", StringComparison.Ordinal)) || span.Name.Contains("secret", StringComparison.Ordinal));
    }

    private static async Task AssertTraceAsync(OtlpReceiver otlp, Guid id, string system)
    {
        var spans = await Until.Value(
            $"the four spans of message {id}", () => Task.FromResult(SpansOf(otlp, id)), seen => seen.Count == 4);
        var send = Assert.Single(spans, span => span.Name == "send group");
        var receives = spans.Where(span => span.Name == "receive group").OrderBy(span => span.Service, StringComparer.Ordinal).ToList();
        var confirmed = Assert.Single(spans, span => span.Name == "confirmed group");

        // The sender's call, the two others' commits, and the broker's confirm at the sender.
        Assert.Equal(("alice", Producer), (send.Service, send.Kind));
        Assert.Equal([("bob", Consumer), ("carol", Consumer)], receives.Select(span => (span.Service, span.Kind)));
        Assert.Equal(("alice", Client), (confirmed.Service, confirmed.Kind));
        Assert.All(receives, span => Assert.Equal("alice", span.Attribute("aspirechat.sender")));
        Assert.All(spans, span => Assert.Equal(system, span.Attribute("messaging.system")));
        Assert.All(spans, span => Assert.Equal("group:chess", span.Attribute("messaging.destination.name")));
        Assert.All(spans, span => Assert.Equal(send.TraceId, span.TraceId));
        Assert.All([.. receives, confirmed], span => Assert.Equal(send.SpanId, span.ParentId));

        // The trace begins with the call of the sender's API.
        var call = Assert.Single(otlp.Spans(), span => span.SpanId == send.ParentId);
        Assert.Equal(("alice", "", send.TraceId), (call.Service, call.ParentId, call.TraceId));
    }

    private static List<ReceivedSpan> SpansOf(OtlpReceiver otlp, Guid id) =>
        [.. otlp.Spans().Where(span => span.Source == "AspireChat" && span.Attribute("messaging.message.id") == $"{id}")];
}
