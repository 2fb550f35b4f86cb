using System.Diagnostics;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Telemetry;

/// <summary>
/// The spans and counters of this client. A trace shows what a user caused, from the call or key press to the last receipt;
/// the program's own background work has no spans.
/// </summary>
/// <remarks>
/// <para>
/// Names and attributes follow OpenTelemetry's conventions for messaging
/// (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/) and databases. A span's name consists of its
/// operation and the kind of its destination, <c>send user</c>, so that there are few names;
/// <c>messaging.destination.name</c> holds the user. The system is <c>rabbitmq</c>, or <c>aspirechat</c> between two peers.
/// An operation that the conventions do not have gets its own word as <c>messaging.operation.name</c> (<c>delivered</c>,
/// <c>confirmed</c>, <c>read</c>, <c>answer</c>) and the nearest type.
/// </para>
/// <para>
/// A message's span belongs to the context that came with the message. Streams, publishes and frames carry messages of many
/// traces and outlive them, so the libraries' spans for these are left out. Message texts, Redis keys and exception messages
/// never become attributes.
/// </para>
/// </remarks>
public static partial class ChatTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "AspireChat";

    private const string Sender = "aspirechat.sender";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>
    /// Starts the span of a user's action where none has started yet: in the terminal, which has no API calls.
    /// </summary>
    /// <param name="name">The action, in two words.</param>
    public static Activity? StartAct(string name) => Activity.Current is null ? Source.StartActivity(name) : null;

    /// <summary>Marks a span as failed by the type of the exception only: its message may hold confidential text.</summary>
    public static void Fail(Activity? span, Exception e) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);

    // The current span, such as a stream that lives as long as the chat, does not become the parent, and stays the current one.
    private static Activity? StartApart(
        string name,
        ActivityKind kind,
        ActivityContext parent,
        IEnumerable<KeyValuePair<string, object?>> tags,
        DateTimeOffset start = default)
    {
        if (!Source.HasListeners())
        {
            return null;
        }

        var current = Activity.Current;
        if (parent == default)
        {
            // Otherwise the current span would become the parent.
            Activity.Current = null;
        }

        var span = Source.StartActivity(name, kind, parent, tags, startTime: start);
        Activity.Current = current;
        return span;
    }

    private static KeyValuePair<string, object?>[] Operation(string name, string type, string system, string destination) =>
    [
        new("messaging.system", system),
        new("messaging.operation.name", name),
        new("messaging.operation", name), // The former attribute name, which the dashboard shows: "MSG rabbitmq send group:tea".
        new("messaging.operation.type", type),
        new("messaging.destination.name", destination),
    ];

    private static string Word(ConversationKind kind) => kind switch
    {
        ConversationKind.User => "user",
        ConversationKind.Group => "group",
        _ => "insults",
    };
}
