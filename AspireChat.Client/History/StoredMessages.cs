using System.Diagnostics;

namespace AspireChat.Client.History;

/// <summary>Another user's message, to be stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Seq">The sender's position in the conversation.</param>
/// <param name="Text">The text, checked.</param>
/// <param name="SentAt">When it was sent, by the sender's clock.</param>
/// <param name="Trace">The trace context that came with it; default if none.</param>
public readonly record struct ReceivedMessage(Guid Id, long Seq, string Text, DateTimeOffset SentAt, ActivityContext Trace);

/// <summary>A message of this user in the outbox.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Seq">Its position in the conversation.</param>
/// <param name="Text">The text.</param>
/// <param name="SentAt">When the user sent it.</param>
/// <param name="Trace">The context of the span that sent it; default if it was not traced.</param>
public readonly record struct OutboxMessage(Guid Id, long Seq, string Text, DateTimeOffset SentAt, ActivityContext Trace);
