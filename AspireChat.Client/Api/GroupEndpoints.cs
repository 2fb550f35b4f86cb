using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The calls about groups.</summary>
internal static class GroupEndpoints
{
    private static readonly string Path = ApiExtensions.Groups[ApiExtensions.Root.Length..];
    private static readonly string Joining = string.Join(" or ", GroupMode.All.Select(mode => $$"""{ "mode": "{{mode}}" }"""));

    public static void MapGroups(this IEndpointRouteBuilder api)
    {
        api.MapGet(Path, async (ChatSession session, CancellationToken aborted) =>
            new ItemList<GroupSummary>(await session.ListGroupsAsync(aborted)));

        api.MapGet("/modes", () => new ItemList<GroupModeSummary>(GroupModeSummary.All));

        // An empty name is refused as an invalid name, not as a wrong method.
        api.MapPost(Path, () => ChatName.Parse("")).ExcludeFromDescription();

        var group = api.MapGroup($"{Path}/{{group}}");
        group.MapPost("/", async (string group, ChatSession session, HttpRequest request) =>
        {
            var body = await ApiBody.ReadOptionalAsync<JoinBody>(request, Joining);
            return await UntilStopping.RunAsync(request.HttpContext, end => session.JoinGroupAsync(group, body?.Mode, body?.FromBeginning ?? false, end));
        }).Reads<JoinBody>(isRequired: false);

        group.MapGet("/members", async (string group, ChatSession session, CancellationToken aborted) =>
            new ItemList<GroupMember>(await session.ListMembersAsync(group, aborted)));

        group.MapPost("/exit", async (string group, ChatSession session, CancellationToken aborted) =>
        {
            await session.LeaveGroupAsync(group, aborted);
            return TypedResults.NoContent();
        });

        group.MapDelete("/", async (string group, ChatSession session, CancellationToken aborted) =>
        {
            await session.GiveUpGroupAsync(group, aborted);
            return TypedResults.NoContent();
        });

        group.MapPost("/messages", async (string group, ChatSession session, HttpRequest request) =>
        {
            var body = await ApiBody.ReadAsync<TextBody>(request, ApiBody.Text);
            var message = await session.SendToGroupAsync(group, body.Text, body.Id);
            return TypedResults.Accepted((string?)null, new SentMessage(message.Id, message.State));
        }).Reads<TextBody>();

        group.MapPost("/messages/list", async (string group, ChatSession session, HttpRequest request) =>
        {
            var body = await ApiBody.ReadAsync<TextListBody>(request, ApiBody.TextList);
            return TypedResults.Accepted((string?)null, Shown.Sent(await session.SendAllToGroupAsync(group, body.Messages)));
        }).Reads<TextListBody>();

        group.MapGet("/messages", (string group, string? limit, string? before, ChatSession session) =>
            new ItemList<Message>([.. session.ReadGroup(group, PageQuery.Limit(limit), PageQuery.Before(before))
                .Select(message => Shown.Message(message, session.Name))]));

        group.MapPost(ApiExtensions.Read, async (string group, ChatSession session) =>
        {
            await session.MarkGroupReadAsync(group);
            return TypedResults.NoContent();
        });
    }
}
