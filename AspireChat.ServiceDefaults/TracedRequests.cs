using Microsoft.AspNetCore.Http;

namespace AspireChat.ServiceDefaults;

/// <summary>
/// Decides which requests are traced. A request that changes something begins a trace, since a user wanted it. A caller that
/// only reads, or that calls a peer, states in <c>traceparent</c> whether the call belongs to a trace, and the sampler
/// obeys.
/// </summary>
internal static class TracedRequests
{
    // Calls between programs: the caller could have stated the trace they belong to.
    private const string Grpc = "application/grpc";

    /// <summary>Whether a request is traced.</summary>
    public static bool Includes(HttpContext context) =>
        !IsHealth(context.Request.Path) && (context.Request.Headers.TraceParent.Count > 0 || Changes(context.Request));

    // Called every few seconds by programs that may trace their own calls.
    private static bool IsHealth(PathString path) =>
        path.StartsWithSegments(Extensions.HealthPath, StringComparison.Ordinal)
        || path.StartsWithSegments(Extensions.AlivePath, StringComparison.Ordinal);

    private static bool Changes(HttpRequest request) =>
        !HttpMethods.IsGet(request.Method)
        && !HttpMethods.IsHead(request.Method)
        && !HttpMethods.IsOptions(request.Method)
        && request.ContentType?.StartsWith(Grpc, StringComparison.Ordinal) != true;
}
