using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

public sealed class TraceTests
{
    private const int Producer = 4;
    private const int Consumer = 5;
    private const string Source = "AspireChat";

    [Fact]
    public async Task One_message_is_one_trace_from_the_senders_call_to_the_receipt()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob", otlp.SettingsFor("bob"));
        var alice = await system.StartProgramAsync("alice", otlp.SettingsFor("alice"));
        await alice.Api.OpenChatAsync("bob");

        // Of several in one burst, each keeps its own trace though they may share frames.
        var sent = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => alice.Api.SendAsync("bob", $"secret {i}")));
        foreach (var message in sent)
        {
            await AssertTraceAsync(otlp, message.Id);
        }

        Assert.Equal(10, sent.Select(message => SpansOf(otlp, message.Id)[0].TraceId).Distinct().Count());

        // No exported span has the text of a message.
        Assert.DoesNotContain(
            otlp.Spans(), span => span.Attributes.Any(a => a.Value.Contains("secret", StringComparison.Ordinal)) || span.Name.Contains("secret", StringComparison.Ordinal));
    }

    private static async Task AssertTraceAsync(OtlpReceiver otlp, Guid id)
    {
        var spans = await Until.Value(
            $"the three spans of message {id}", () => Task.FromResult(SpansOf(otlp, id)), seen => seen.Count == 3);
        var send = Assert.Single(spans, span => span.Name == "send user");
        var receive = Assert.Single(spans, span => span.Name == "receive user");
        var delivered = Assert.Single(spans, span => span.Name == "delivered user");

        // The sender's call, the receiver's commit, and the receipt back at the sender.
        Assert.Equal(("alice", Producer, "user:bob"), (send.Service, send.Kind, send.Attribute("messaging.destination.name")));
        Assert.Equal(("bob", Consumer, "user:bob"), (receive.Service, receive.Kind, receive.Attribute("messaging.destination.name")));
        Assert.Equal("alice", delivered.Service);
        Assert.Equal([send.TraceId, send.TraceId, send.TraceId], spans.Select(span => span.TraceId));
        Assert.Equal(send.SpanId, receive.ParentId);
        Assert.Equal(send.SpanId, delivered.ParentId);
        Assert.True(receive.Start < delivered.End, "The receipt came before the message.");

        // The trace begins with the call of the sender's API.
        var call = Assert.Single(otlp.Spans(), span => span.SpanId == send.ParentId);
        Assert.Equal(("alice", "", send.TraceId), (call.Service, call.ParentId, call.TraceId));
    }

    private static List<ReceivedSpan> SpansOf(OtlpReceiver otlp, Guid id) =>
        [.. otlp.Spans().Where(span => span.Source == Source && span.Attribute("messaging.message.id") == $"{id}")];
}
