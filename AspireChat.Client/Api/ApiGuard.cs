using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Api;

/// <summary>
/// Refuses requests that must not reach the API, in this order: a foreign Host (421), a foreign Origin (403), a call without
/// the token (401), a body that is not JSON (415) or too large (413). The Host is checked on every path of the web port, the
/// rest under <see cref="ApiExtensions.Root"/> and <see cref="ApiDescription.Root"/>.
/// </summary>
/// <remarks>
/// Host and Origin keep out web pages that the user visits: such a page can send requests to this machine, even under its
/// own name if that points here (DNS rebinding), but the browser states their true origin.
/// </remarks>
public sealed class ApiGuard(RequestDelegate next, ApiToken token, IOptions<ApiOptions> options)
{
    private const StringSplitOptions Trimmed = StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries;

    private readonly HashSet<string> _hosts = new(
        ["localhost", "127.0.0.1", "[::1]", .. options.Value.ApiHosts.Split([',', ';'], Trimmed)],
        StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// Checks a request and passes it on, or throws an exception that <see cref="ProblemMapping"/> turns into the answer.
    /// </summary>
    public Task InvokeAsync(HttpContext context)
    {
        // Set when the response starts, since the exception handler clears the headers.
        context.Response.OnStarting(
            static context =>
            {
                ((HttpContext)context).Response.Headers.XContentTypeOptions = "nosniff";
                return Task.CompletedTask;
            },
            context);

        CheckHost(context.Request);
        var path = context.Request.Path;
        if (path.StartsWithSegments(ApiExtensions.Root) || path.StartsWithSegments(ApiDescription.Root))
        {
            CheckOrigin(context.Request);
            CheckToken(context.Request);
            CheckBody(context);
            context.Response.Headers.CacheControl = "no-store";
        }

        return next(context);
    }

    private void CheckHost(HttpRequest request)
    {
        // Only the name is checked: behind a container's port or a reverse proxy the port differs.
        if (!_hosts.Contains(request.Host.Host))
        {
            throw new BadHttpRequestException(
                "This client does not answer under that host name; name it in Chat:ApiHosts to allow it.",
                StatusCodes.Status421MisdirectedRequest);
        }
    }

    private static void CheckOrigin(HttpRequest request)
    {
        if (request.Headers.Origin is not { Count: > 0 } origins)
        {
            return;
        }

        var own = new Uri($"{request.Scheme}://{request.Host}");
        if (origins is not [{ } origin]
            || !Uri.TryCreate(origin, UriKind.Absolute, out var other)
            || own.GetLeftPart(UriPartial.Authority) != other.GetLeftPart(UriPartial.Authority))
        {
            throw new BadHttpRequestException(
                "Pages of other origins may not use this API.", StatusCodes.Status403Forbidden);
        }
    }

    private void CheckToken(HttpRequest request)
    {
        if (!token.IsIn(request.Headers.Authorization))
        {
            throw new BadHttpRequestException(
                "The API requires its token: 'Authorization: Bearer …'. The client prints it at start unless Chat:ApiToken sets it.",
                StatusCodes.Status401Unauthorized);
        }
    }

    private static void CheckBody(HttpContext context)
    {
        var request = context.Request;
        if (HttpMethods.IsGet(request.Method)
            || request.ContentLength == 0
            || context.Features.Get<IHttpRequestBodyDetectionFeature>() is { CanHaveBody: false })
        {
            return;
        }

        if (!ApiBody.IsJson(request))
        {
            throw new BadHttpRequestException(
                "A body must be JSON in UTF-8 with 'Content-Type: application/json'.",
                StatusCodes.Status415UnsupportedMediaType);
        }

        if (request.ContentLength > ApiExtensions.MaxBodyBytes)
        {
            throw new BadHttpRequestException(
                $"The body has {request.ContentLength:N0} bytes; at most {ApiExtensions.MaxBodyBytes:N0} are allowed.",
                StatusCodes.Status413PayloadTooLarge);
        }
    }
}
