using System.Globalization;

namespace AspireChat.Client.Api;

/// <summary>The query of every call that returns a page: <c>?limit=</c> and <c>?before=</c>, of users <c>?after=</c>.</summary>
internal static class PageQuery
{
    public static int? Limit(string? text, int max = PageLimits.Max) =>
        text is null ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit) ? limit
        : throw new ChatException(ChatFault.InvalidArgument, $"limit is not a number; it must be from 1 to {max:N0}.");

    public static Guid? Before(string? text) =>
        text is null ? null
        : Guid.TryParseExact(text, "D", out var id) ? id
        : throw new ChatException(ChatFault.InvalidArgument, "before is not a message's id, such as 01890a5d-ac96-774b-bcce-b302099a8057.");

    public static string? After(string? text) =>
        text is null ? null
        : ChatName.TryParse(text, out var name) ? name
        : throw new ChatException(ChatFault.InvalidArgument, $"after is not a user's name. {ChatName.Rule}");
}
