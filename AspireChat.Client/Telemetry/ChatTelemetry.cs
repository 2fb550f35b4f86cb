using System.Diagnostics;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Telemetry;

/// <summary>
/// The spans and counters of this client. A trace tells what a person caused, from the call or key press to the last
/// receipt; what the program does for itself has no spans.
/// </summary>
/// <remarks>
/// <para>
/// Names and attributes follow OpenTelemetry's conventions for messaging
/// (https://opentelemetry.io/docs/specs/semconv/messaging/messaging-spans/) and databases. A span is named by its operation
/// and the kind of its destination, <c>send user</c>, so that there are few names; which user stands in
/// <c>messaging.destination.name</c>. The system is <c>rabbitmq</c>, or <c>aspirechat</c> between two peers. What is no
/// operation of the conventions has its own word as <c>messaging.operation.name</c> (<c>delivered</c>, <c>confirmed</c>,
/// <c>read</c>, <c>answer</c>) and the nearest type.
/// </para>
/// <para>
/// A span of a message belongs to the context that came with that message: streams, publishes and frames carry messages of
/// many traces and outlive them, so the libraries' spans of these are left out. Texts, keys of Redis and messages of
/// exceptions never become attributes.
/// </para>
/// </remarks>
public static partial class ChatTelemetry
{
    /// <summary>The name of the activity source and of the meter.</summary>
    public const string Name = "AspireChat";

    private const string Sender = "aspirechat.sender";

    private static readonly ActivitySource Source = new(Name);

    /// <summary>
    /// The span of something that a person does, where nothing says so yet: in the terminal, which has no calls of an API.
    /// </summary>
    /// <param name="name">What it is, in two words.</param>
    public static Activity? StartAct(string name) => Activity.Current is null ? Source.StartActivity(name) : null;

    /// <summary>Marks a span as failed, by the kind of the exception alone: its message may hold what nobody should read.</summary>
    public static void Fail(Activity? span, Exception e) =>
        span?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", e.GetType().FullName);

    // Whatever runs at present, such as a stream that lives as long as the chat, is not the parent, and stays the present one.
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
            // It would be the parent instead.
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
        new("messaging.operation", name), // Its name of before, which the dashboard shows: "MSG rabbitmq send group:tea".
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
