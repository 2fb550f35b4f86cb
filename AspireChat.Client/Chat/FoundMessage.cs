namespace AspireChat.Client.Chat;

/// <summary>A message that a search found, with its neighbours in the order in which this client stored them.</summary>
/// <param name="Message">The message.</param>
/// <param name="Before">The message before it in its conversation; null if it is the first.</param>
/// <param name="After">The message after it in its conversation; null if it is the last.</param>
public sealed record FoundMessage(ChatMessage Message, ChatMessage? Before, ChatMessage? After);
