using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>A conversation in the list.</summary>
/// <param name="Conversation">Which one.</param>
/// <param name="Title">The other user, the group, or <c>Insults</c>.</param>
/// <param name="Unread">How many messages of others are unread; of the insult channel, those since the window opened.</param>
/// <param name="Preview">The beginning of the last message, as received; null if there is none.</param>
/// <param name="LastAt">When the last message was sent, by its sender's clock; null if there is none.</param>
/// <param name="IsOnline">Of a private chat, whether the other user is online; null if that is not known.</param>
/// <param name="ChatState">Of a private chat, its state; null if there is none yet.</param>
/// <param name="Mode">Of a group, its mode.</param>
/// <param name="IsJoined">Whether texts can be sent: in a group, whether this user is in the room.</param>
/// <param name="IsMuted">Whether the user wants no notice of new messages.</param>
/// <param name="HasDraft">Whether a text was begun there.</param>
internal sealed record ConversationItem(
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
    bool HasDraft)
{
    /// <summary>Whether it asks for attention: something is unread and not muted, or the other user asks for a chat.</summary>
    public bool IsWaiting => (Unread > 0 && !IsMuted) || ChatState == Protos.LocalApi.ChatState.Asked;
}

/// <summary>A user who is online.</summary>
/// <param name="Name">The user name.</param>
/// <param name="HasChat">Whether there is a private chat with that user.</param>
internal sealed record PersonItem(string Name, bool HasChat);

/// <summary>A user shows another key than the known one: a new device, or somebody else.</summary>
/// <param name="User">The user name.</param>
/// <param name="Sentence">The warning.</param>
/// <param name="KnownFingerprint">The fingerprint of the known key, if it was told.</param>
/// <param name="NewFingerprint">The fingerprint of the other key, if it was told.</param>
public sealed record KeyWarning(string User, string Sentence, string? KnownFingerprint, string? NewFingerprint);

/// <summary>A short sentence for the user: an error or an outcome.</summary>
/// <param name="Id">Its number, to dismiss it.</param>
/// <param name="Sentence">The sentence.</param>
/// <param name="IsError">Whether something did not work.</param>
internal sealed record Toast(int Id, string Sentence, bool IsError);

/// <summary>A proposal for the word at the caret.</summary>
/// <param name="Text">The text that replaces the word up to the caret.</param>
/// <param name="Help">What it is, in a few words.</param>
internal sealed record Completion(string Text, string Help);

/// <summary>A survey that runs or has ended.</summary>
/// <param name="Users">Who has answered so far, in alphabetical order.</param>
/// <param name="Groups">The groups that were named so far, in alphabetical order; complete counts come with the end.</param>
/// <param name="SecondsLeft">How long it lasts at most from now; 0 when it has ended.</param>
/// <param name="Ended">Why it ended; null while it runs.</param>
internal sealed record Survey(IReadOnlyList<FoundUser> Users, IReadOnlyList<FoundGroup> Groups, double SecondsLeft, SurveyEnd? Ended);
