using System.Text.Json.Serialization;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Api;

/// <summary>The data of an event <c>state</c>.</summary>
/// <param name="Id">The message's id.</param>
/// <param name="From">Its sender.</param>
/// <param name="To">Its receiver.</param>
/// <param name="State">The new state.</param>
/// <param name="Reason">Why it failed; absent otherwise.</param>
public sealed record StateJson(
    Guid Id,
    string From,
    PlaceJson To,
    MessageState State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Reason);

/// <summary>The data of an event <c>chat-opened</c>.</summary>
/// <param name="User">The other user.</param>
/// <param name="State">The chat's new state.</param>
public sealed record ChatOpenedJson(string User, ChatState State);

/// <summary>The data of an event <c>presence</c>.</summary>
/// <param name="User">The user.</param>
/// <param name="Online">Online or away.</param>
public sealed record PresenceJson(string User, bool Online);

/// <summary>The data of an event <c>connection</c>.</summary>
/// <param name="Connection">Which connection.</param>
/// <param name="State">Its new state.</param>
/// <param name="Detail">A sentence, if there is more to say.</param>
public sealed record ConnectionJson(
    string Connection,
    string State,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail);

/// <summary>The data of an event <c>error</c>, after which the stream ends.</summary>
/// <param name="Detail">Why, as a sentence.</param>
public sealed record StreamErrorJson(string Detail);

/// <summary>Events as the API names and shows them.</summary>
public static class EventJson
{
    /// <summary>The name and the data of an event.</summary>
    /// <param name="happened">The event.</param>
    /// <param name="self">The own user name.</param>
    public static (string Name, object Data) Of(ChatEvent happened, string self) => happened switch
    {
        MessageEvent e => ("message", MessageJson.Of(e.Message, self)),
        StateEvent e => ("state", new StateJson(e.Id, e.From, PlaceJson.Of(e.Conversation, e.From, self), e.State, e.Reason)),
        ChatOpenedEvent e => ("chat-opened", new ChatOpenedJson(e.User, e.State)),
        PresenceEvent e => ("presence", new PresenceJson(e.User, e.IsOnline)),
        ConnectionEvent e => ("connection", new ConnectionJson(e.Connection, e.State, e.Detail)),
        GroupEvent e => ("group", new GroupEventJson(e.Group, e.What, e.Detail)),
        InsultEvent e => ("insult", InsultJson.Of(e.Insult)),
        FoundEvent { User: { } user } => ("found", new FoundJson(SurveyJson.UserOf(user), Group: null)),
        FoundEvent { Group: { } group } => ("found", new FoundJson(User: null, FoundGroupJson.Of(group))),
        RefusedEvent e => ("refused", new RefusedJson(e.Conversation.ToString(), e.Detail)),
        _ => throw new NotSupportedException($"{happened.GetType().Name} has no name in the API."),
    };
}
