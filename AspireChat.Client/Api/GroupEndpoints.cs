using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The calls about groups.</summary>
internal static class GroupEndpoints
{
    public static void MapGroups(this IEndpointRouteBuilder api)
    {
        api.MapGet("/groups", async (ChatSession session, CancellationToken aborted) =>
            new ListJson<GroupJson>((await session.ListGroupsAsync(aborted)).Select(GroupJson.Of)));

        // An empty name is a bad name, not a wrong method.
        api.MapPost("/groups", () => ChatName.Parse(""));

        var group = api.MapGroup("/groups/{group}");
        group.MapPost("/", async (string group, ChatSession session, HttpRequest request) =>
        {
            var body = await ApiBody.ReadOptionalAsync<JoinJson>(request, """{ "mode": "durable" } or { "mode": "transient" }""");
            return await UntilStopping.RunAsync(
                request.HttpContext, async end => GroupJson.Of(await session.JoinGroupAsync(group, body?.Mode, end)));
        });

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
            var body = await ApiBody.ReadAsync<NewMessageJson>(request, """{ "text": "…" }""");
            var message = await session.SendToGroupAsync(group, body.Text);
            return TypedResults.Accepted((string?)null, new SentJson(message.Id, message.State));
        });

        group.MapGet("/messages", (string group, string? limit, string? before, ChatSession session) =>
            new ListJson<MessageJson>(session.ReadGroup(group, PageQuery.Limit(limit), PageQuery.Before(before))
                .Select(message => MessageJson.Of(message, session.Name))));
    }
}
