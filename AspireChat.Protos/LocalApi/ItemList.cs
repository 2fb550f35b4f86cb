namespace AspireChat.Protos.LocalApi;

/// <summary>Every list of the API: <c>{ "items": [ … ] }</c>.</summary>
/// <param name="Items">The items.</param>
public sealed record ItemList<T>(IReadOnlyList<T> Items);

/// <summary>The limits of a call that returns a page: <c>?limit=</c> and <c>?before={message id}</c>.</summary>
public static class PageLimits
{
    /// <summary>The default number of items on a page.</summary>
    public const int Default = 100;

    /// <summary>The largest number of items on a page.</summary>
    public const int Max = 10_000;

    /// <summary>The largest number of users on a page of <c>GET /api/users</c>, and the default.</summary>
    public const int MaxUsers = 1_000;
}
