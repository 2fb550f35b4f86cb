using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspireChat.Client.Api;

/// <summary>What the API leaves out of the traces beyond what every program does.</summary>
internal static class ApiTraces
{
    /// <summary>Narrows the choice of the requests that are traced.</summary>
    public static void Narrow(AspNetCoreTraceInstrumentationOptions requests)
    {
        var others = requests.Filter;
        requests.Filter = context => others?.Invoke(context) != false && Includes(context.Request);
    }

    /// <summary>Whether a request of the API is traced, if nothing else is against it.</summary>
    internal static bool Includes(HttpRequest request) =>
        // Its span would end with the window, hours after whatever it is about.
        !request.Path.StartsWithSegments(ApiExtensions.Events)

        // A window says by itself that it has shown a message; the message's own trace tells it.
        && (request.Headers.TraceParent.Count > 0 || !IsRead(request.Path));

    private static bool IsRead(PathString path) =>
        (path.StartsWithSegments(ApiExtensions.Chats, out var rest) || path.StartsWithSegments(ApiExtensions.Groups, out rest))
        && rest.Value?.TrimEnd('/').Split('/') is ["", _, ApiExtensions.Read];
}
