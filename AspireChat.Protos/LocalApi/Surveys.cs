namespace AspireChat.Protos.LocalApi;

/// <summary>A user who answered a survey.</summary>
/// <param name="Name">The user name.</param>
/// <param name="Address">The peer address, <c>https://host:port</c>, as that user reports it.</param>
/// <param name="Since">When that client started, by its own clock.</param>
public sealed record FoundUser(string Name, string Address, DateTimeOffset Since);

/// <summary>A group that a responder to a survey is in.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Members">How many of the responders are in its room, plus the asker if it is there too.</param>
public sealed record FoundGroup(string Name, GroupMode Mode, int Members);

/// <summary>Why a survey ended.</summary>
public enum SurveyEnd
{
    /// <summary>All users listed at its start have answered.</summary>
    Complete,

    /// <summary>Its time ran out.</summary>
    Timeout,
}

/// <summary>The result of a survey.</summary>
/// <param name="Users">The responders, without the asker, in alphabetical order.</param>
/// <param name="Groups">The groups they are in, in alphabetical order.</param>
/// <param name="Ended">Why it ended.</param>
public sealed record SurveyResult(IReadOnlyList<FoundUser> Users, IReadOnlyList<FoundGroup> Groups, SurveyEnd Ended)
{
    /// <summary>The default time that a survey waits, in seconds.</summary>
    public const double DefaultSeconds = 3;

    /// <summary>The longest that a survey may wait, in seconds.</summary>
    public const double MaxSeconds = 30;
}
