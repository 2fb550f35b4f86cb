using AspireChat.Client.Page.Access;
using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspireChat.Client.Page;

/// <summary>
/// Excludes the page's own requests from the traces: what its user does is traced where it happens, and a connection lasts as
/// long as the page is open.
/// </summary>
internal static class PageTraces
{
    private static readonly PathString[] Own = ["/_blazor", "/_framework", LoginEndpoints.Path, LoginCodeEndpoints.Path];

    /// <summary>Reduces the requests that are traced.</summary>
    public static void Narrow(AspNetCoreTraceInstrumentationOptions requests)
    {
        // Every drawing would be a trace.
        requests.EnableAspNetCoreSignalRSupport = false;
        requests.EnableRazorComponentsSupport = false;
        var others = requests.Filter;
        requests.Filter = context => others?.Invoke(context) != false
            && !Own.Any(path => context.Request.Path.StartsWithSegments(path));
    }
}
