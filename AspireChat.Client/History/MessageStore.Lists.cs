using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.History;

/// <summary>One of several texts that this user sends together.</summary>
/// <param name="Text">The text, checked; null if a message with the id was sent before.</param>
/// <param name="Given">The id to give it; null: a new one.</param>
/// <param name="Trace">The context of the span that sends it.</param>
public readonly record struct OwnText(string? Text, Guid? Given, ActivityContext Trace);

public sealed partial class MessageStore
{
    /// <summary>
    /// Adds several messages of this user in their order and in one commit, all or none; see
    /// <see cref="AppendOwnAsync(Conversation, string, Activity?, Action{ChatMessage}?, Guid?, Action{OutboxMessage}?)"/>.
    /// </summary>
    /// <param name="to">The conversation, which is added if it is new.</param>
    /// <param name="texts">The texts; the same id must not stand for two texts.</param>
    /// <param name="committed">Called with each new message before anything else can happen to it.</param>
    /// <param name="leaving">Called with each new message when it may be sent.</param>
    /// <returns>
    /// The messages, where an id was given before the earlier one; null if a given id belongs to another message of this user:
    /// nothing changed.
    /// </returns>
    public async Task<IReadOnlyList<ChatMessage>?> AppendOwnAsync(
        Conversation to, IReadOnlyList<OwnText> texts, Action<ChatMessage> committed, Action<OutboxMessage>? leaving = null)
    {
        var sentAt = Now();
        var (all, _) = await database.WriteAsync<(List<ChatMessage>? All, List<ChatMessage> Fresh)>(connection =>
        {
            var known = new Dictionary<Guid, ChatMessage>();
            foreach (var (text, given, _) in texts)
            {
                if (given is { } id && FindOwn(connection, id) is { } first)
                {
                    if (first.Conversation != to || (text is not null && first.Text != text))
                    {
                        return (null, []);
                    }

                    known[id] = first;
                }
            }

            var all = new List<ChatMessage>(texts.Count);
            var fresh = new List<ChatMessage>(texts.Count);
            foreach (var (text, given, trace) in texts)
            {
                var id = given ?? Guid.CreateVersion7(sentAt);
                if (!known.TryGetValue(id, out var message))
                {
                    message = known[id] = Append(connection, to, id, text!, sentAt, trace, leaving);
                    fresh.Add(message);
                }

                all.Add(message);
            }

            return (all, fresh);
        }, done =>
        {
            if (done.Fresh.Count > 0)
            {
                ChatTelemetry.CountOutbox(to.Kind, done.Fresh.Count);
                Stored.Ring();
                done.Fresh.ForEach(committed);
            }
        });
        return all;
    }

    /// <summary>This user's messages with the given ids, by id.</summary>
    public IReadOnlyDictionary<Guid, ChatMessage> FindOwn(IReadOnlyCollection<Guid> ids) => ids.Count == 0
        ? new Dictionary<Guid, ChatMessage>()
        : database.Read(connection => ids.Select(id => FindOwn(connection, id)).OfType<ChatMessage>().ToDictionary(message => message.Id));
}
