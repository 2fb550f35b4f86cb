using System.Diagnostics;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    private const string Survey = "survey";
    private const string CorrelationId = "messaging.message.conversation_id";

    /// <summary>Starts the span of asking all clients; its context travels with the question.</summary>
    public static Activity? StartSurvey(string correlation) => Source.StartActivity(
        "send survey", ActivityKind.Producer, parentContext: default, Operation("send", "send", RabbitMq, Survey))
        ?.SetTag(CorrelationId, correlation);

    /// <summary>Starts the span of answering; its context travels with the answer. Null if the question belongs to no trace.</summary>
    /// <param name="asker">The asker's name as given in the question; it is not verified.</param>
    /// <param name="correlation">The survey's id.</param>
    /// <param name="asked">The context that came with the question.</param>
    public static Activity? StartAnswer(string asker, string correlation, ActivityContext asked) => asked == default
        ? null
        : StartApart("answer survey", ActivityKind.Consumer, asked, Operation("answer", "process", RabbitMq, Survey))
            ?.SetTag(Sender, ChatName.TryParse(asker, out var name) ? name : null)
            .SetTag(CorrelationId, correlation);

    /// <summary>Records an answer that arrived and counts.</summary>
    /// <param name="answerer">The responder's name.</param>
    /// <param name="correlation">The survey's id.</param>
    /// <param name="asked">The context of the question.</param>
    /// <param name="answered">The context that came with the answer; ignored if it belongs to another trace.</param>
    public static void RecordAnswer(string answerer, string correlation, ActivityContext asked, ActivityContext answered)
    {
        if (asked != default)
        {
            StartApart(
                "receive survey",
                ActivityKind.Consumer,
                answered.TraceId == asked.TraceId ? answered : asked,
                Operation("receive", "receive", RabbitMq, Survey))
                ?.SetTag(Sender, answerer)
                .SetTag(CorrelationId, correlation)
                .Dispose();
        }
    }
}
