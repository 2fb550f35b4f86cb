using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The search in this client's history.</summary>
internal static class SearchEndpoints
{
    public static void MapSearch(this IEndpointRouteBuilder api) =>
        api.MapGet("/search", (string? q, string? limit, ChatSession session, CancellationToken aborted) => new ItemList<SearchHit>(
            [.. session.Search(q, PageQuery.Limit(limit), aborted).Select(found => Shown.Hit(found, session.Name))]));
}
