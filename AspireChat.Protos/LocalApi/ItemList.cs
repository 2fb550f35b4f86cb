namespace AspireChat.Protos.LocalApi;

/// <summary>Every list of the API: <c>{ "items": [ … ] }</c>.</summary>
/// <param name="Items">What is in it.</param>
public sealed record ItemList<T>(IReadOnlyList<T> Items);

/// <summary>The limits of a call that answers a page: <c>?limit=</c> and <c>?before={message id}</c>.</summary>
public static class PageLimits
{
    /// <summary>How many items a page has if nobody says.</summary>
    public const int Default = 100;

    /// <summary>The most items of one page.</summary>
    public const int Max = 10_000;
}
