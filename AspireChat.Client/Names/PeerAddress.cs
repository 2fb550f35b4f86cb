using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Net.Sockets;

namespace AspireChat.Client.Names;

/// <summary>
/// Where a peer listens, as found at the name server and in the answer to a survey: <c>https://host:port</c> and nothing
/// else. Anyone may have written it, and a client that believes it connects there; so an address that no peer can have is
/// refused before any connection.
/// </summary>
internal static class PeerAddress
{
    /// <summary>The longest address, in characters; a host name has at most 253.</summary>
    public const int MaxLength = 300;

    /// <summary>Reads an address.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? address) => Refuse(text, out address) is null;

    /// <summary>Returns what is wrong with an address, as the end of a sentence; null if a peer can have it.</summary>
    public static string? Refuse(string? text, out Uri? address)
    {
        address = null;
        if (text is not { Length: > 0 and <= MaxLength }
            || !text.All(c => c is > ' ' and <= '~')
            || !Uri.TryCreate(text, UriKind.Absolute, out var uri)
            || uri.Host.Length == 0
            || uri.UserInfo.Length > 0
            || uri.PathAndQuery != "/"
            || uri.Fragment.Length > 0)
        {
            return "it is not of the form https://host:port";
        }

        if (uri.Scheme != Uri.UriSchemeHttps)
        {
            return "it does not begin with https";
        }

        // Without an explicit port, the address would mean the port of web servers.
        if (uri.Port is < 1 or > ushort.MaxValue || !text.TrimEnd('/').EndsWith($":{uri.Port}", StringComparison.Ordinal))
        {
            return "it has no port";
        }

        if (RefuseHost(uri.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6 ? uri.DnsSafeHost : "") is { } fault)
        {
            return fault;
        }

        address = uri;
        return null;
    }

    /// <summary>Returns what is wrong with a host, as the end of a sentence; null if it is a name or a possible peer address.</summary>
    public static string? RefuseHost(string host)
    {
        if (!IPAddress.TryParse(host, out var ip))
        {
            return null;
        }

        ip = ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip;
        return ip.AddressFamily == AddressFamily.InterNetworkV6 ? RefuseV6(ip) : RefuseV4(ip.GetAddressBytes());
    }

    /// <summary>The text of an address, with its port even if that is the default of the scheme.</summary>
    public static string Text(Uri address) =>
        address.GetComponents(UriComponents.Scheme | UriComponents.Host | UriComponents.StrongPort, UriFormat.UriEscaped);

    private static string? RefuseV6(IPAddress ip) => ip switch
    {
        { IsIPv6LinkLocal: true } => "it is link-local",
        { IsIPv6Multicast: true } => "it is a multicast address",
        _ when ip.Equals(IPAddress.IPv6Any) => "it is unspecified",
        _ => null,
    };

    // At 169.254.169.254, clouds serve the secrets of their machines.
    private static string? RefuseV4(byte[] ip) => ip switch
    {
        [169, 254, ..] => "it is link-local",
        [>= 224 and < 240, ..] => "it is a multicast address",
        [0, ..] => "it is unspecified",
        [>= 240, ..] => "it is reserved",
        _ => null,
    };
}
