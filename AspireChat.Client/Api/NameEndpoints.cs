using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The calls about this client and about the users who are online.</summary>
internal static class NameEndpoints
{
    public static void MapNames(this IEndpointRouteBuilder api)
    {
        api.MapGet("/me", (ChatSession session, CancellationToken aborted) => session.DescribeAsync(aborted));

        api.MapGet("/users", async (ChatSession session, string? limit, string? after, CancellationToken aborted) =>
            new ItemList<OnlineUser>(await session.ListUsersAsync(
                PageQuery.Limit(limit, PageLimits.MaxUsers), PageQuery.After(after), aborted)));
    }
}
