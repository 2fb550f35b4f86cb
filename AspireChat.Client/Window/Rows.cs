using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>One row of an open conversation.</summary>
/// <param name="Key">Unique among the rows, and the same for as long as the row is shown.</param>
public abstract record Row(string Key);

/// <summary>The beginning of a day.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Text"><c>Today</c>, <c>Yesterday</c> or a date.</param>
public sealed record DayRow(string Key, string Text) : Row(Key);

/// <summary>The divider before the first message that was unread when the conversation was opened.</summary>
/// <param name="Key">Its key.</param>
public sealed record NewRow(string Key) : Row(Key);

/// <summary>Messages of a sender that never came.</summary>
/// <param name="Key">Its key.</param>
/// <param name="From">The sender.</param>
/// <param name="Missing">How many are missing.</param>
public sealed record GapRow(string Key, string From, long Missing) : Row(Key);

/// <summary>A message.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Message">The message; its text is as received.</param>
/// <param name="StartsGroup">Whether its sender and time are shown: another sender than before, or much later.</param>
/// <param name="State">Its state in words, with the reason if there is one; empty for messages of others.</param>
/// <param name="Symbol">Its state as a symbol.</param>
/// <param name="CanRetry">Whether sending it again makes sense.</param>
public sealed record ShownMessage(string Key, ChatMessage Message, bool StartsGroup, string State, string Symbol, bool CanRetry) : Row(Key);
