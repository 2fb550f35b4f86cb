using System.Diagnostics;
using System.Text;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// The W3C trace context in the headers of a broker message (https://www.w3.org/TR/trace-context/), for what is not a
/// batch: each message of a batch brings its own.
/// </summary>
internal static class TraceHeaders
{
    private const string TraceParent = "traceparent";
    private const string TraceState = "tracestate";

    // What everybody must pass on at least (https://www.w3.org/TR/trace-context/#tracestate-limits).
    private const int MaxLength = 512;

    /// <summary>Tells the receiver to which span the message belongs.</summary>
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

    /// <summary>The span to which a message belongs; default if it does not say so in a form that can be read.</summary>
    public static ActivityContext Read(IReadOnlyBasicProperties properties) =>
        ActivityContext.TryParse(Text(properties, TraceParent), Text(properties, TraceState), isRemote: true, out var context) ? context : default;

    // The library gives texts as their bytes.
    private static string? Text(IReadOnlyBasicProperties properties, string header) =>
        properties.Headers?.TryGetValue(header, out var value) == true && value is byte[] { Length: <= MaxLength } bytes
            ? Encoding.UTF8.GetString(bytes)
            : null;
}
