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
/// Converts the messages of one sender in one conversation to and from the wire format. A received batch is checked whole:
/// one bad message makes it refused.
/// </summary>
public static class MessageListCodec
{
    /// <summary>The maximum number of messages in a batch.</summary>
    public const int MaxMessages = 64;

    /// <summary>The maximum size of a batch's text: 128 KiB of UTF-8.</summary>
    public const int MaxBytes = 128 * 1024;

    /// <summary>Makes a batch of this user's messages.</summary>
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
                    Traceparent = TraceParent(message.Trace),
                    Tracestate = message.Trace.TraceState ?? "",
                },
            });
        }

        return list;
    }

    /// <summary>Checks a batch and extracts its messages.</summary>
    /// <param name="list">The batch.</param>
    /// <param name="from">The sender, as the connection or the signature proves.</param>
    /// <param name="to">The conversation it must belong to.</param>
    /// <exception cref="BatchRefusedException">The batch breaks a rule.</exception>
    public static IReadOnlyList<ReceivedMessage> Unpack(MessageList? list, string from, Chat.Conversation to)
    {
        if (list is null || list.Messages.Count is 0 or > MaxMessages)
        {
            throw new BatchRefusedException($"a batch has 1 to {MaxMessages} messages, but this one has {list?.Messages.Count ?? 0}");
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
                // Cut to the millisecond, which is what the store keeps.
                return DateTimeOffset.FromUnixTimeMilliseconds(sentAt.ToDateTimeOffset().ToUnixTimeMilliseconds());
            }
        }
        catch (Exception e) when (e is InvalidOperationException or ArgumentOutOfRangeException)
        {
            // The time is not normalized, or outside the calendar: refused below like a missing one.
        }

        throw new BatchRefusedException("a message has no valid send time");
    }

    // https://www.w3.org/TR/trace-context/#traceparent-header
    private static string TraceParent(in ActivityContext context) =>
        $"00-{context.TraceId}-{context.SpanId}-{(context.TraceFlags.HasFlag(ActivityTraceFlags.Recorded) ? "01" : "00")}";

    // A malformed trace context loses the trace, not the message.
    private static ActivityContext Trace(WireMessage message) =>
        message.Trace is { } trace && ActivityContext.TryParse(trace.Traceparent, trace.Tracestate, isRemote: true, out var context)
            ? context
            : default;
}
