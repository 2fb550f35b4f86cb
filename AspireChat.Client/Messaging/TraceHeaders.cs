using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// The W3C trace context in the headers of a broker message (https://www.w3.org/TR/trace-context/), for messages that are
/// not batches: each message in a batch carries its own.
/// </summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    // The length that every system must at least forward (https://www.w3.org/TR/trace-context/#tracestate-limits).
    private const int MaxLength = 512;

    /// <summary>Writes the span to which the message belongs, for the receiver.</summary>
    public static void Write(BasicProperties properties, Activity? span)
    {
        if (span is null)
        {
            return;
        }

        properties.Headers = new Dictionary<string, object?> { [TraceParent] = span.Id };
        if (!string.IsNullOrEmpty(span.TraceStateString))
        {
            properties.Headers[TraceState] = span.TraceStateString;
        }
    }

    /// <summary>The span to which a message belongs; default if the headers have none that can be parsed.</summary>
    public static ActivityContext Read(IReadOnlyBasicProperties properties) =>
        ActivityContext.TryParse(Text(properties, TraceParent), Text(properties, TraceState), isRemote: true, out var context) ? context : default;

    // The library returns strings as bytes.
    private static string? Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out var value) == true && value is byte[] { Length: <= MaxLength } bytes
            ? Encoding.UTF8.GetString(bytes)
            : null;
}
