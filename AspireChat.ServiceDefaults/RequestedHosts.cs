using System.Diagnostics;

namespace AspireChat.ServiceDefaults;

/// <summary>
/// Shows in the span of a call the host that the request names. It can differ from that of its URI, which may be an alias that
/// keeps connections to one host apart (https://opentelemetry.io/docs/specs/semconv/http/http-spans/).
/// </summary>
internal static class RequestedHosts
{
    /// <summary>Writes the URL without its query, which may hold a secret.</summary>
    public static void Show(Activity span, HttpRequestMessage request)
    {
        if (request is { RequestUri: { } uri, Headers.Host: { } host })
        {
            span.SetTag("url.full", $"{uri.Scheme}://{host}{uri.AbsolutePath}");
        }
    }
}
