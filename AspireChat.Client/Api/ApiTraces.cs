using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspireChat.Client.Api;

/// <summary>Excludes requests of the API from the traces, in addition to those that every program excludes.</summary>
internal static class ApiTraces
{
    /// <summary>Reduces the requests that are traced.</summary>
    public static void Narrow(AspNetCoreTraceInstrumentationOptions requests)
    {
        var others = requests.Filter;
        requests.Filter = context => others?.Invoke(context) != false && Includes(context.Request);
    }

    /// <summary>Whether a request of the API may be traced.</summary>
    internal static bool Includes(HttpRequest request) =>
        // The span of an event stream would end with the front end, hours after its events.
        !request.Path.StartsWithSegments(ApiExtensions.Events)

        // A front end reports by itself that it has shown a message, which the message's own trace records.
        && (request.Headers.TraceParent.Count > 0 || !IsRead(request.Path));

    private static bool IsRead(PathString path) =>
        (path.StartsWithSegments(ApiExtensions.Chats, out var rest) || path.StartsWithSegments(ApiExtensions.Groups, out rest))
        && rest.Value?.TrimEnd('/').Split('/') is ["", _, ApiExtensions.Read];
}
