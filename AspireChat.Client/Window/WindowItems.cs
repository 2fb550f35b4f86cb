using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>A conversation in the list.</summary>
/// <param name="Conversation">The conversation.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Unread">How many messages are unread.</param>
/// <param name="Preview">Its last message as received; null if this window has not seen it.</param>
/// <param name="LastAt">When its last message was sent; null if there is none.</param>
/// <param name="IsOnline">Whether the other user is online; null for other kinds of conversation.</param>
/// <param name="ChatState">The state of a private chat.</param>
/// <param name="Mode">The mode of a group.</param>
/// <param name="IsJoined">Whether this user is in the group's room; true for other kinds.</param>
/// <param name="IsMuted">Whether it makes no noise.</param>
/// <param name="HasDraft">Whether a text was begun there.</param>
public sealed record ConversationItem(
    Conversation Conversation,
    string Title,
    int Unread,
    string? Preview,
    DateTimeOffset? LastAt,
    bool? IsOnline,
    ChatState? ChatState,
    GroupMode? Mode,
    bool IsJoined,
    bool IsMuted,
    bool HasDraft);

/// <summary>A user who is online.</summary>
/// <param name="Name">The user's name.</param>
/// <param name="HasChat">Whether there is a private chat with that user.</param>
public sealed record PersonItem(string Name, bool HasChat);

/// <summary>A user whose key is not the known one.</summary>
/// <param name="User">The user.</param>
/// <param name="Sentence">What happened, and the new fingerprint if it is known.</param>
/// <param name="NewFingerprint">The fingerprint to compare and to trust; null if nobody has shown one.</param>
public sealed record KeyWarning(string User, string Sentence, string? NewFingerprint);

/// <summary>A short sentence about something that just happened.</summary>
/// <param name="Id">Its number in this window.</param>
/// <param name="Sentence">The sentence.</param>
/// <param name="IsError">Whether something was refused or failed.</param>
public sealed record Toast(int Id, string Sentence, bool IsError);

/// <summary>What a begun line can become.</summary>
/// <param name="Text">The whole line.</param>
/// <param name="Help">What it does.</param>
public sealed record Completion(string Text, string Help);

/// <summary>A survey of this window: running, or the last one.</summary>
/// <param name="Users">Who has answered.</param>
/// <param name="Groups">The groups they are in.</param>
/// <param name="SecondsLeft">How long it goes on at most.</param>
/// <param name="Ended">Why it ended; null while it runs.</param>
public sealed record Survey(IReadOnlyList<FoundUser> Users, IReadOnlyList<FoundGroup> Groups, double SecondsLeft, SurveyEnd? Ended);
