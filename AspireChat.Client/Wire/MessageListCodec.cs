using System.Diagnostics;
using System.Text;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Protos.V1;
using Google.Protobuf.WellKnownTypes;
using WireConversation = AspireChat.Protos.V1.Conversation;
using WireMessage = AspireChat.Protos.V1.ChatMessage;

namespace AspireChat.Client.Wire;

/// <summary>
/// The messages of one sender to one conversation, to and from the wire. What comes in is checked whole: one bad
/// message refuses its batch.
/// </summary>
public static class MessageListCodec
{
    /// <summary>The most messages of one batch.</summary>
    public const int MaxMessages = 64;

    /// <summary>The most text of one batch: 128 KiB of UTF-8.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Makes a batch of own messages.</summary>
    public static MessageList Pack(
        string from, Chat.Conversation to, IReadOnlyList<OutboxMessage> messages, string generation = "")
    {
        var list = new MessageList
        {
            From = from,
            Generation = generation,
            To = to.Kind switch
            {
                ConversationKind.User => new WireConversation { User = to.Name },
                ConversationKind.Group => new WireConversation { Group = to.Name },
                _ => new WireConversation { Insults = true },
            },
        };
        foreach (var message in messages)
        {
            list.Messages.Add(new WireMessage
            {
                Id = message.Id.ToString(),
                Seq = (ulong)message.Seq,
                Text = message.Text,
                SentAt = Timestamp.FromDateTimeOffset(message.SentAt),
                Trace = message.Trace == default ? null : new TraceContext
                {
                    Traceparent = Sql.TraceParent(message.Trace),
                    Tracestate = message.Trace.TraceState ?? "",
                },
            });
        }

        return list;
    }

    /// <summary>Checks a batch and takes its messages out.</summary>
    /// <param name="list">The batch.</param>
    /// <param name="from">Who sent it, as the connection or the signature proves.</param>
    /// <param name="to">Where it must go.</param>
    /// <exception cref="BatchRefusedException">It breaks a rule.</exception>
    public static IReadOnlyList<ReceivedMessage> Unpack(MessageList? list, string from, Chat.Conversation to)
    {
        if (list is null || list.Messages.Count is 0 or > MaxMessages)
        {
            throw new BatchRefusedException($"a batch has 1 to {MaxMessages} messages, this one {list?.Messages.Count ?? 0}");
        }

        if (list.From != from)
        {
            throw new BatchRefusedException("the sender named in the batch is not the one who sent it");
        }

        var place = list.To?.PlaceCase switch
        {
            WireConversation.PlaceOneofCase.User => Chat.Conversation.With(list.To.User),
            WireConversation.PlaceOneofCase.Group => Chat.Conversation.Of(list.To.Group),
            WireConversation.PlaceOneofCase.Insults => Chat.Conversation.Insults,
            _ => default,
        };
        if (place != to)
        {
            throw new BatchRefusedException("the batch belongs to another conversation");
        }

        var messages = new List<ReceivedMessage>(list.Messages.Count);
        var bytes = 0;
        ulong last = 0;
        foreach (var message in list.Messages)
        {
            if (!Guid.TryParseExact(message.Id, "D", out var id))
            {
                throw new BatchRefusedException("a message id is not a UUID");
            }

            if (message.Seq <= last || message.Seq > long.MaxValue)
            {
                throw new BatchRefusedException("the seq of the messages does not rise");
            }

            if (MessageText.Check(message.Text) is { } wrong)
            {
                throw new BatchRefusedException(wrong.Message);
            }

            if ((bytes += Encoding.UTF8.GetByteCount(message.Text)) > MaxBytes)
            {
                throw new BatchRefusedException($"a batch has at most {MaxBytes:N0} bytes of text");
            }

            last = message.Seq;
            messages.Add(new ReceivedMessage(id, (long)message.Seq, message.Text, SentAt(message), Trace(message)));
        }

        return messages;
    }

    private static DateTimeOffset SentAt(WireMessage message)
    {
        try
        {
            if (message.SentAt is { } sentAt)
            {
                // To the millisecond, as the store keeps it.
                return DateTimeOffset.FromUnixTimeMilliseconds(sentAt.ToDateTimeOffset().ToUnixTimeMilliseconds());
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // Not normalized, or outside the calendar: refused below like a missing one.
        }

        throw new BatchRefusedException("a message has no valid time of sending");
    }

    // A context that cannot be read costs the trace, not the message.
    private static ActivityContext Trace(WireMessage message) =>
        message.Trace is { } trace && ActivityContext.TryParse(trace.Traceparent, trace.Tracestate, isRemote: true, out var context)
            ? context
            : default;
}
