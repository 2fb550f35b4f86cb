using AspireChat.Tests.Infrastructure;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>Sends and reads in groups, shared by the tests of groups.</summary>
internal static class GroupTestExtensions
{
    /// <summary>Sends texts to a group, one after the other.</summary>
    /// <returns>The ids of the messages.</returns>
    public static async Task<IReadOnlyList<Guid>> SayAsync(this ChatApi api, string group, params IEnumerable<string> texts)
    {
        var ids = new List<Guid>();
        foreach (var text in texts)
        {
            ids.Add((await api.SendToGroupAsync(group, text)).Id);
        }

        return ids;
    }

    /// <summary>This user's group as listed, or null.</summary>
    public static async Task<GroupSummary?> FindGroupAsync(this ChatApi api, string group) =>
        (await api.GroupsAsync()).SingleOrDefault(listed => listed.Name == group);

    /// <summary>The texts of a group that this client has, of one sender or of all, oldest first.</summary>
    public static async Task<IEnumerable<string>> TextsAsync(this ChatApi api, string group, string? from = null) =>
        (await api.GroupMessagesAsync(group)).Where(m => from is null || m.From == from).Select(m => m.Text);

    /// <summary>Waits until this client has exactly these texts of a sender in a group, in this order.</summary>
    public static Task UntilTextsAsync(
        this ChatApi api, string who, string group, string? from, IEnumerable<string> texts, TimeSpan? deadline = null) =>
        Until.Sequence(
            $"{who} has every message of {from ?? "all members"} in {group}, once and in order",
            texts,
            () => api.TextsAsync(group, from),
            deadline);

    /// <summary>Waits until this client has at least so many messages in a group.</summary>
    public static Task UntilTextCountAsync(this ChatApi api, string group, int count) =>
        Until.True($"there are {count} messages in {group}", async () => (await api.GroupMessagesAsync(group)).Count >= count);

    /// <summary>Waits until a group's room has this number of members.</summary>
    public static Task UntilMembersAsync(this ChatApi api, string group, int? members, TimeSpan? deadline = null) =>
        Until.Equal($"{group} has {members?.ToString() ?? "unknown"} members", members, async () => (await api.FindGroupAsync(group))?.Members, deadline);

    /// <summary>Waits until the live events had exactly these texts of a sender in a group, in this order.</summary>
    public static Task UntilToldAsync(
        this EventWatcher events, string group, string from, IEnumerable<string> texts, TimeSpan? deadline = null) =>
        Until.Sequence(
            $"the live events have every message of {from} in {group}, once and in order",
            texts,
            () => Task.FromResult(events.Seen<Message>()
                .Where(message => message.From == from && message.To.Group == group)
                .Select(message => message.Text)),
            deadline);

    /// <summary>Matches the states reported of a message.</summary>
    public static Func<StateChange, bool> IsStateOf(Guid id) => change => change.Id == id;

    /// <summary>Waits for a <c>refused</c> event and returns its detail.</summary>
    public static async Task<string> NextRefusalAsync(this EventWatcher events, string place) =>
        (await events.NextAsync<RefusedBatch>($"a refusal in {place}", refused => refused.In == place)).Detail;
}
