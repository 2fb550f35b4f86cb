using System.Globalization;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>Makes the rows of an open conversation from its messages.</summary>
internal static class MessageRows
{
    // Messages of one sender within this time are one group.
    private static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    /// <summary>Makes the rows.</summary>
    /// <param name="messages">The loaded messages, in the order in which they were stored.</param>
    /// <param name="firstNew">The message before which the divider stands; null if there is none.</param>
    /// <param name="now">The time, in the zone in which days are shown.</param>
    public static IReadOnlyList<Row> Build(IReadOnlyList<ChatMessage> messages, Guid? firstNew, DateTimeOffset now)
    {
        var rows = new List<Row>(messages.Count + 8);
        DateOnly? day = null;
        ChatMessage? before = null;
        foreach (var message in messages)
        {
            var key = $"{message.From}/{message.Id}";
            var sentAt = message.SentAt.ToOffset(now.Offset);
            var its = DateOnly.FromDateTime(sentAt.DateTime);
            if (its != day)
            {
                // Clocks differ, so a day may begin twice.
                rows.Add(new DayRow($"day/{key}", DayOf(its, DateOnly.FromDateTime(now.DateTime))));
                (day, before) = (its, null);
            }

            if (message.Id == firstNew)
            {
                rows.Add(new NewRow($"new/{key}"));
                before = null;
            }

            if (message.Missing > 0)
            {
                rows.Add(new GapRow($"gap/{key}", message.From, message.Missing));
                before = null;
            }

            var starts = before is null || before.From != message.From || (message.SentAt - before.SentAt).Duration() > Pause;
            rows.Add(new ShownMessage(
                key,
                message,
                starts,
                message.IsOwn ? StateOf(message) : "",
                message.IsOwn ? SymbolOf(message.State) : "",
                message is { IsOwn: true, State: MessageState.Failed }));
            before = message;
        }

        return rows;
    }

    /// <summary>The state of an own message in words.</summary>
    public static string StateOf(ChatMessage message)
    {
        var word = message.State switch
        {
            MessageState.Sending => "sending",
            MessageState.Stored => "stored",
            MessageState.Delivered => "delivered",
            MessageState.Read => "read",
            MessageState.Confirmed => "kept for all members",
            MessageState.Sent => "sent to the members present",
            _ => "failed",
        };
        return message.Reason is { } reason ? $"{word}: {reason}" : word;
    }

    private static string SymbolOf(MessageState state) => state switch
    {
        MessageState.Sending => "◷",
        MessageState.Stored => "▤",
        MessageState.Delivered => "✓",
        MessageState.Read => "✓✓",
        MessageState.Confirmed or MessageState.Sent => "✓",
        _ => "✗",
    };

    private static string DayOf(DateOnly day, DateOnly today) =>
        day == today ? "Today"
        : day == today.AddDays(-1) ? "Yesterday"
        : day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture);
}
