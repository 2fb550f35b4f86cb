using Microsoft.AspNetCore.Http;

namespace AspireChat.ServiceDefaults;

/// <summary>
/// Which requests are traced. A trace begins with a request that changes something, since somebody wanted that; whoever
/// only reads, or calls a peer, says in <c>traceparent</c> whether the call belongs to a trace, and the sampler obeys.
/// </summary>
internal static class TracedRequests
{
    // What programs say to each other: there is a caller who could have said where it belongs.
    private const string Grpc = "application/grpc";

    /// <summary>Whether a request is traced.</summary>
    public static bool Includes(HttpContext context) =>
        !IsHealth(context.Request.Path) && (context.Request.Headers.TraceParent.Count > 0 || Changes(context.Request));

    // Asked every few seconds, by programs that may trace themselves.
    private static bool IsHealth(PathString path) =>
        path.StartsWithSegments(Extensions.HealthPath, StringComparison.Ordinal)
        || path.StartsWithSegments(Extensions.AlivePath, StringComparison.Ordinal);

    private static bool Changes(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method)
        && !HttpMethods.IsHead(request.Method)
        && !HttpMethods.IsOptions(request.Method)
        && request.ContentType?.StartsWith(Grpc, StringComparison.Ordinal) != true;
}
