namespace AspireChat.Client.Chat;

/// <summary>A user who answered a survey.</summary>
/// <param name="Name">The user name.</param>
/// <param name="Address">The peer address, <c>https://host:port</c>, as told by that user.</param>
/// <param name="Since">Since when that client runs, by its own clock, UTC.</param>
public sealed record FoundUser(string Name, string Address, DateTimeOffset Since);

/// <summary>A group that somebody who answered a survey is in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">What it promises.</param>
/// <param name="Members">How many of those who answered are in its room, and the asker if it is there too.</param>
public sealed record FoundGroup(string Name, GroupMode Mode, int Members);

/// <summary>Why a survey ended.</summary>
public enum SurveyEnd
{
    /// <summary>Everybody who was listed when it started has answered.</summary>
    Complete,

    /// <summary>Its time was over.</summary>
    Timeout,
}

/// <summary>What a survey found.</summary>
/// <param name="Users">Who answered, without the asker, in alphabetical order.</param>
/// <param name="Groups">The groups they are in, in alphabetical order.</param>
/// <param name="Ended">Why it ended.</param>
public sealed record SurveyResult(IReadOnlyList<FoundUser> Users, IReadOnlyList<FoundGroup> Groups, SurveyEnd Ended);
