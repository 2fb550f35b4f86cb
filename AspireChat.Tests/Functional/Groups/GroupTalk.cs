using AspireChat.Tests.Infrastructure;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>What tests of groups say and look at again and again.</summary>
internal static class GroupTalk
{
    /// <summary>Says texts in a group, one after the other.</summary>
    /// <returns>Their ids.</returns>
    public static async Task<IReadOnlyList<Guid>> SayAsync(this ChatApi api, string group, params IEnumerable<string> texts)
    {
        var ids = new List<Guid>();
        foreach (var text in texts)
        {
            ids.Add((await api.SendToGroupAsync(group, text)).Id);
        }

        return ids;
    }

    /// <summary>The own group as listed, or null.</summary>
    public static async Task<GroupSummary?> FindGroupAsync(this ChatApi api, string group) =>
        (await api.GroupsAsync()).SingleOrDefault(listed => listed.Name == group);

    /// <summary>What a user said in a group, as this client has it, oldest first.</summary>
    public static async Task<IEnumerable<string>> TextsAsync(this ChatApi api, string group, string? from = null) =>
        (await api.GroupMessagesAsync(group)).Where(m => from is null || m.From == from).Select(m => m.Text);

    /// <summary>Waits until a group has exactly these texts, in this order, and no other from that user.</summary>
    public static Task UntilTextsAsync(
        this ChatApi api, string who, string group, string? from, IEnumerable<string> texts, TimeSpan? deadline = null) =>
        Until.Sequence(
            $"{who} has all that {from ?? "anybody"} said in {group}, once and in order", texts, () => api.TextsAsync(group, from), deadline);

    /// <summary>Waits until a group has as many members in its room.</summary>
    public static Task UntilMembersAsync(this ChatApi api, string group, int? members, TimeSpan? deadline = null) =>
        Until.Equal($"{group} has {members?.ToString() ?? "unknown"} members", members, async () => (await api.FindGroupAsync(group))?.Members, deadline);

    /// <summary>Waits until exactly these texts of a user were told live in a group, in this order.</summary>
    public static Task UntilToldAsync(
        this EventWatcher events, string group, string from, IEnumerable<string> texts, TimeSpan? deadline = null) =>
        Until.Sequence(
            $"all that {from} said in {group} is told, once and in order",
            texts,
            () => Task.FromResult(events.Seen<Message>()
                .Where(message => message.From == from && message.To.Group == group)
                .Select(message => message.Text)),
            deadline);

    /// <summary>The states that were told of a message.</summary>
    public static Func<StateChange, bool> IsStateOf(Guid id) => change => change.Id == id;

    /// <summary>Waits for an event <c>refused</c>.</summary>
    public static async Task<string> NextRefusalAsync(this EventWatcher events, string place) =>
        (await events.NextAsync<RefusedBatch>($"a refusal in {place}", refused => refused.In == place)).Detail;
}
