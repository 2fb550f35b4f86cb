using System.Globalization;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>Turns messages into the rows that are shown.</summary>
internal static class MessageRows
{
    /// <summary>How much later a message of the same sender begins a new group.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromMinutes(5);

    private const string New = "new";

    /// <summary>Makes the rows.</summary>
    /// <param name="messages">The messages, oldest first, in the order in which this client stored them.</param>
    /// <param name="firstNew">The key of the message under the divider, see <see cref="KeyOf"/>; null if there is none.</param>
    /// <param name="now">The present.</param>
    /// <param name="zone">The time zone of the days.</param>
    public static IReadOnlyList<Row> Build(IEnumerable<ChatMessage> messages, string? firstNew, DateTimeOffset now, TimeZoneInfo zone)
    {
        var rows = new List<Row>();
        var keys = new Keys();
        var today = DayOf(now, zone);
        DateOnly? day = null;
        foreach (var message in messages)
        {
            var key = KeyOf(message);

            // The days follow the senders' clocks, so they may go back.
            if (DayOf(message.SentAt, zone) is var ofMessage && ofMessage != day)
            {
                day = ofMessage;
                rows.Add(new DayRow(keys.Unique($"day {ofMessage:yyyy-MM-dd}"), ofMessage, Name(ofMessage, today)));
            }

            if (key == firstNew)
            {
                rows.Add(new NewRow(keys.Unique(New)));
            }

            if (message.Missing > 0)
            {
                rows.Add(new GapRow(keys.Unique($"gap {key}"), message.From, message.Missing));
            }

            var startsGroup = rows is not [.., ShownMessage { Message: var before }]
                || before.From != message.From
                || message.SentAt - before.SentAt > Pause;
            rows.Add(new ShownMessage(
                keys.Unique(key),
                message,
                startsGroup,
                MessageWords.Of(message),
                MessageWords.Symbol(message),
                CanRetry: message is { IsOwn: true, State: MessageState.Failed }));
        }

        return rows;
    }

    /// <summary>The key of a message's row.</summary>
    public static string KeyOf(ChatMessage message) => $"{message.From} {message.Id:N}";

    /// <summary>The day of a moment.</summary>
    public static DateOnly DayOf(DateTimeOffset moment, TimeZoneInfo zone) =>
        DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(moment, zone).DateTime);

    private static string Name(DateOnly day, DateOnly today) => (today.DayNumber - day.DayNumber) switch
    {
        0 => "Today",
        1 => "Yesterday",
        _ => day.ToString("d MMMM yyyy", CultureInfo.InvariantCulture),
    };

    // A key that occurs twice would break the page: a day may come back, and a name whose key was replaced can repeat an id.
    private sealed class Keys
    {
        private readonly HashSet<string> _given = new(StringComparer.Ordinal);

        public string Unique(string key)
        {
            var unique = key;
            for (var count = 2; !_given.Add(unique); count++)
            {
                unique = $"{key} {count}";
            }

            return unique;
        }
    }
}
