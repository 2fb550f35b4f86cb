using System.Diagnostics;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    private const string Survey = "survey";
    private const string CorrelationId = "messaging.message.conversation_id";

    /// <summary>The span of asking everybody; its context travels with the question.</summary>
    public static Activity? StartSurvey(string correlation) => Source.StartActivity(
        "send survey", ActivityKind.Producer, parentContext: default, Operation("send", "send", "rabbitmq", Survey))
        ?.SetTag(CorrelationId, correlation);

    /// <summary>The span of answering; its context travels with the answer. None if the question belongs to no trace.</summary>
    /// <param name="asker">Who asks, as the question says; nobody has checked it.</param>
    /// <param name="correlation">Which survey.</param>
    /// <param name="asked">The context that came with the question.</param>
    public static Activity? StartAnswer(string asker, string correlation, ActivityContext asked) => asked == default
        ? null
        : StartApart("answer survey", ActivityKind.Consumer, asked, Operation("answer", "process", "rabbitmq", Survey))
            ?.SetTag(Sender, ChatName.TryParse(asker, out var name) ? name : null)
            .SetTag(CorrelationId, correlation);

    /// <summary>Records that an answer arrived and counts.</summary>
    /// <param name="answerer">Who answered.</param>
    /// <param name="correlation">Which survey.</param>
    /// <param name="asked">The context of the question.</param>
    /// <param name="answered">The context that came with the answer; one of another trace is not believed.</param>
    public static void RecordAnswer(string answerer, string correlation, ActivityContext asked, ActivityContext answered)
    {
        if (asked != default)
        {
            StartApart(
                "receive survey",
                ActivityKind.Consumer,
                answered.TraceId == asked.TraceId ? answered : asked,
                Operation("receive", "receive", "rabbitmq", Survey))
                ?.SetTag(Sender, answerer)
                .SetTag(CorrelationId, correlation)
                .Dispose();
        }
    }
}
