using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>A row of a conversation on the screen.</summary>
/// <param name="Key">Identifies the row among those of its conversation, also after more were loaded.</param>
public abstract record Row(string Key);

/// <summary>The first row of a day, by this computer's clock and time zone.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Day">The day.</param>
/// <param name="Text"><c>Today</c>, <c>Yesterday</c>, or the date.</param>
public sealed record DayRow(string Key, DateOnly Day, string Text) : Row(Key);

/// <summary>The divider above the first message that was unread.</summary>
/// <param name="Key">The row's key.</param>
public sealed record NewRow(string Key) : Row(Key);

/// <summary>Messages are missing here.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="From">Their sender.</param>
/// <param name="Missing">How many.</param>
public sealed record GapRow(string Key, string From, long Missing) : Row(Key);

/// <summary>A message.</summary>
/// <param name="Key">The row's key.</param>
/// <param name="Message">The message, its text as received.</param>
/// <param name="StartsGroup">Whether to show the sender: another one than in the row before, or more than five minutes later.</param>
/// <param name="State">The state of an own message, in words; empty for others'.</param>
/// <param name="Symbol">The same as a sign.</param>
/// <param name="CanRetry">Whether the message failed, so that its text can be sent again.</param>
public sealed record ShownMessage(string Key, ChatMessage Message, bool StartsGroup, string State, string Symbol, bool CanRetry) : Row(Key);
