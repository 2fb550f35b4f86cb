using System.Text.Json.Serialization;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Api;

/// <summary>The body of joining a group.</summary>
/// <param name="Mode">The mode it must have; absent takes what is there, and durable for a new one.</param>
public sealed record JoinJson(GroupMode? Mode);

/// <summary>A group.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">What it promises.</param>
/// <param name="Members">How many are in the room; null while the name server is away.</param>
/// <param name="Joined">Whether this client is in the room.</param>
public sealed record GroupJson(string Name, GroupMode Mode, int? Members, bool Joined)
{
    /// <summary>A group as the API shows it.</summary>
    public static GroupJson Of(GroupSummary group) => new(group.Name, group.Mode, group.Members, group.IsJoined);
}

/// <summary>A group that a survey found.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Mode">What it promises.</param>
/// <param name="Members">How many of those who answered are in its room.</param>
public sealed record FoundGroupJson(string Name, GroupMode Mode, int Members)
{
    /// <summary>A found group as the API shows it.</summary>
    public static FoundGroupJson Of(FoundGroup group) => new(group.Name, group.Mode, group.Members);
}

/// <summary>What a survey found.</summary>
/// <param name="Users">Who answered, without the asker.</param>
/// <param name="Groups">The groups in whose rooms somebody who answered is.</param>
/// <param name="Ended">Why it ended: <c>complete</c> or <c>timeout</c>.</param>
public sealed record SurveyJson(IEnumerable<UserJson> Users, IEnumerable<FoundGroupJson> Groups, SurveyEnd Ended)
{
    /// <summary>A survey's result as the API shows it.</summary>
    public static SurveyJson Of(SurveyResult result) =>
        new(result.Users.Select(UserOf), result.Groups.Select(FoundGroupJson.Of), result.Ended);

    /// <summary>A found user as the API shows it.</summary>
    public static UserJson UserOf(FoundUser user) => new(user.Name, user.Address, user.Since.UtcDateTime);
}

/// <summary>An insult that reached this client.</summary>
/// <param name="Id">Its id.</param>
/// <param name="From">Who sent it.</param>
/// <param name="Text">The insult.</param>
/// <param name="SentAt">When it was sent, UTC.</param>
public sealed record InsultJson(Guid Id, string From, string Text, DateTime SentAt)
{
    /// <summary>An insult as the API shows it.</summary>
    public static InsultJson Of(ChatMessage insult) => new(insult.Id, insult.From, insult.Text, insult.SentAt.UtcDateTime);
}

/// <summary>The data of an event <c>group</c>.</summary>
/// <param name="Name">The group's name.</param>
/// <param name="What">What happened: <c>joined</c>, <c>left</c>, <c>given-up</c>, <c>gap</c> or <c>refused</c>.</param>
/// <param name="Detail">A sentence, if there is more to say.</param>
public sealed record GroupEventJson(
    string Name, string What, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Detail);

/// <summary>The data of an event <c>found</c>: a user or a group.</summary>
/// <param name="User">The user; absent if it is a group.</param>
/// <param name="Group">The group; absent if it is a user.</param>
public sealed record FoundJson(
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] UserJson? User,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] FoundGroupJson? Group);

/// <summary>The data of an event <c>refused</c>: somebody's message was refused whole.</summary>
/// <param name="In">Where it came: <c>user:name</c>, <c>group:name</c> or <c>insults</c>.</param>
/// <param name="Detail">Why, as a sentence.</param>
public sealed record RefusedJson(string In, string Detail);
