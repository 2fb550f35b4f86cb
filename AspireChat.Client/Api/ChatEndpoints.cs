using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The calls about private chats.</summary>
internal static class ChatEndpoints
{
    private static readonly string Path = ApiExtensions.Chats[ApiExtensions.Root.Length..];

    public static void MapChats(this IEndpointRouteBuilder api)
    {
        api.MapGet(Path, (ChatSession session) => new ItemList<ChatSummary>(session.ListChats()));

        // An empty name is refused as an invalid name, not as a wrong method.
        api.MapPost(Path, () => ChatName.Parse("")).ExcludeFromDescription();

        var chat = api.MapGroup($"{Path}/{{user}}");
        chat.MapPost("/", (string user, ChatSession session, HttpContext context) => UntilStopping.RunAsync(
            context, end => session.OpenChatAsync(user, end)));

        chat.MapPost("/accept", (string user, ChatSession session) => session.AcceptChatAsync(user));

        chat.MapPost("/decline", (string user, ChatSession session) => session.DeclineChatAsync(user));

        chat.MapPost("/trust", async (string user, ChatSession session, HttpRequest request) =>
        {
            var body = await ApiBody.ReadAsync<TrustBody>(request, """{ "fingerprint": "64 hexadecimal digits" }""");
            await session.TrustAsync(user, body.Fingerprint);
            return TypedResults.NoContent();
        }).Reads<TrustBody>();

        chat.MapPost("/messages", async (string user, ChatSession session, HttpRequest request, CancellationToken aborted) =>
        {
            var body = await ApiBody.ReadAsync<TextBody>(request, ApiBody.Text);
            var message = await session.SendToUserAsync(user, body.Text, body.Id, aborted);
            return TypedResults.Accepted((string?)null, new SentMessage(message.Id, message.State));
        }).Reads<TextBody>();

        chat.MapPost("/messages/list", async (string user, ChatSession session, HttpRequest request, CancellationToken aborted) =>
        {
            var body = await ApiBody.ReadAsync<TextListBody>(request, ApiBody.TextList);
            return TypedResults.Accepted((string?)null, Shown.Sent(await session.SendAllToUserAsync(user, body.Messages, aborted)));
        }).Reads<TextListBody>();

        chat.MapGet("/messages", (string user, string? limit, string? before, ChatSession session) =>
            new ItemList<Message>([.. session.ReadChat(user, PageQuery.Limit(limit), PageQuery.Before(before))
                .Select(message => Shown.Message(message, session.Name))]));

        chat.MapPost(ApiExtensions.Read, async (string user, ChatSession session) =>
        {
            await session.MarkChatReadAsync(user);
            return TypedResults.NoContent();
        });
    }
}
