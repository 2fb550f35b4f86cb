using System.Text;

namespace AspireChat.Client.Page.Markdown;

/// <summary>
/// Where a link leads, in the one form that every browser reads alike: absolute, in ASCII, the host without lookalike
/// letters (as Punycode), without user and password before the host.
/// </summary>
/// <param name="Address">The target.</param>
/// <param name="Place">What a reader must know of it: the host, of a mail address all.</param>
internal sealed record LinkTarget(string Address, string Place)
{
    /// <summary>Reads a target; null if it is none of http, https and mailto, or not absolute.</summary>
    public static LinkTarget? Parse(string? href)
    {
        try
        {
            return !Uri.TryCreate(href, UriKind.Absolute, out var uri) ? null
                : uri.Scheme == Uri.UriSchemeMailto ? Mail(uri)
                : uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps ? Web(uri)
                : null;
        }
        catch (UriFormatException)
        {
            // Some parts of an address are only read when they are asked for.
            return null;
        }
    }

    /// <summary>Whether a text that a reader sees is this target; http, https and mailto may be left out.</summary>
    public bool IsSaidBy(string text)
    {
        try
        {
            return Is(text) || Is($"https://{text}") || Is($"http://{text}") || Is($"mailto:{text}");
        }
        catch (UriFormatException)
        {
            return false;
        }
    }

    private bool Is(string text) => Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.AbsoluteUri == Address;

    private static LinkTarget? Web(Uri uri) =>
        Create(new UriBuilder(uri) { Host = uri.IdnHost, UserName = "", Password = "" }.Uri, target => target.Host);

    private static LinkTarget? Mail(Uri uri) =>
        uri.UserInfo.Length == 0 ? null : Create(uri, target => $"{target.UserInfo}@{target.Host}");

    private static LinkTarget? Create(Uri uri, Func<Uri, string> place) =>
        uri.HostNameType is UriHostNameType.Dns or UriHostNameType.IPv4 or UriHostNameType.IPv6
        && Ascii.IsValid(uri.AbsoluteUri)
        && Ascii.IsValid(place(uri))
            ? new LinkTarget(uri.AbsoluteUri, place(uri))
            : null;
}
