using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The calls about the insult channel.</summary>
internal static class InsultEndpoints
{
    public static void MapInsults(this IEndpointRouteBuilder api)
    {
        api.MapPost("/insults", async (ChatSession session, HttpRequest request) =>
        {
            var body = await ApiBody.ReadOptionalAsync<TextBody>(request, """{ "text": "…" }, or no body for a stock insult""");
            var insult = await session.InsultAsync(body?.Text, body?.Id);
            return TypedResults.Accepted((string?)null, new SentMessage(insult.Id, insult.State));
        }).Reads<TextBody>(isRequired: false);

        api.MapGet("/insults", (string? limit, string? before, ChatSession session) =>
            new ItemList<ReceivedInsult>([.. session.ReadInsults(PageQuery.Limit(limit), PageQuery.Before(before)).Select(Shown.Insult)]));
    }
}
