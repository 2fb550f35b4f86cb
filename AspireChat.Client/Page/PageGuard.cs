using AspireChat.Client.Page.Access;
using Microsoft.Net.Http.Headers;

namespace AspireChat.Client.Page;

/// <summary>
/// Refuses requests that must not reach the page: those of other web pages (403) and of browsers that are not logged in
/// (401). The host name is checked before, for every path of the web port.
/// </summary>
/// <remarks>
/// An interactive circuit is opened by a WebSocket, which no browser keeps from crossing origins; so the Origin is checked
/// here, on its negotiation too.
/// </remarks>
internal sealed class PageGuard(RequestDelegate next, PageSessions sessions)
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    // What the login itself needs, and what holds nothing of the user.
    private static readonly HashSet<string> Open = new(["/page.css", "/login.js", LoginEndpoints.Path], StringComparer.Ordinal);

    // The rest of the web port has its own guard.
    private static readonly PathString[] Others = ["/api", "/openapi", "/health", "/alive"];

    /// <summary>Checks a request and passes it on, or answers it.</summary>
    public async Task InvokeAsync(HttpContext context)
    {
        var request = context.Request;
        if (IsOther(request.Path))
        {
            await next(context);
            return;
        }

        context.Response.OnStarting(() =>
        {
            var headers = context.Response.Headers;
            headers.ContentSecurityPolicy = Policy;
            headers["Referrer-Policy"] = "no-referrer";
            if (!headers.ContainsKey(HeaderNames.CacheControl))
            {
                headers.CacheControl = "no-store";
            }

            return Task.CompletedTask;
        });

        if (IsForeign(request))
        {
            context.Response.StatusCode = StatusCodes.Status403Forbidden;
            await context.Response.WriteAsync("Pages of other origins may not use this page.");
        }
        else if (context.GetEndpoint() is null || Open.Contains(request.Path) || sessions.IsIn(request))
        {
            // Where there is nothing, that is the answer for everybody.
            await next(context);
        }
        else
        {
            await LoginEndpoints.RefuseAsync(context);
        }
    }

    private static bool IsOther(PathString path)
    {
        foreach (var other in Others)
        {
            if (path.StartsWithSegments(other))
            {
                return true;
            }
        }

        return false;
    }

    // Browsers state the origin of everything but plain reads; those return nothing to a foreign page.
    private static bool IsForeign(HttpRequest request)
    {
        if (request.Headers.Origin is not { Count: > 0 } origins)
        {
            // Fetch metadata (https://www.w3.org/TR/fetch-metadata/) says it where there is no origin.
            return request.Headers["Sec-Fetch-Site"] == "cross-site" && request.Headers["Sec-Fetch-Mode"] != "navigate";
        }

        return origins is not [{ } origin]
            || !Uri.TryCreate(origin, UriKind.Absolute, out var other)
            || other.GetLeftPart(UriPartial.Authority) != new Uri($"{request.Scheme}://{request.Host}").GetLeftPart(UriPartial.Authority);
    }
}
