using Microsoft.AspNetCore.Mvc;

namespace AspireChat.Client.Page.Access;

/// <summary>The page that turns a link into a login.</summary>
internal static class LoginEndpoints
{
    /// <summary>The path of the login: a page without secrets, and the call that its script makes.</summary>
    public const string Path = "/login";

    // The code is in the link's fragment, which no browser sends and no proxy logs; the script sends it in a body.
    private const string LoginPage = """
        <!DOCTYPE html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>AspireChat</title>
        <link rel="stylesheet" href="/page.css">
        <link rel="icon" href="data:,">
        </head>
        <body class="door">
        <main>
        <h1>AspireChat</h1>
        <p id="said" role="status">Opening your chat …</p>
        <noscript><p>This page needs JavaScript.</p></noscript>
        </main>
        <script src="/login.js"></script>
        </body>
        </html>
        """;

    /// <summary>Maps the login.</summary>
    public static void MapLogin(this WebApplication app)
    {
        app.MapGet(Path, () => Results.Text(LoginPage, "text/html; charset=utf-8")).ExcludeFromDescription();
        app.MapPost(Path, LogIn).ExcludeFromDescription();
    }

    /// <summary>The refusal of a page that needs a login, for people.</summary>
    public static Task RefuseAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        return Results.Text(LoginPage, "text/html; charset=utf-8", statusCode: StatusCodes.Status401Unauthorized).ExecuteAsync(context);
    }

    private static IResult LogIn([FromBody] LoginBody body, HttpContext context, LoginCodes codes, PageSessions sessions)
    {
        var isGood = codes.TryUse(body.Code);
        if (sessions.IsIn(context.Request))
        {
            // A second click on a link in the same browser; it needs no second session.
            return Results.Text("", statusCode: StatusCodes.Status200OK);
        }

        if (!isGood)
        {
            return Results.Text("This link has been used already or is too old; open a fresh one.", statusCode: StatusCodes.Status403Forbidden);
        }

        // Not Secure: the page is served to this machine only, without TLS.
        context.Response.Cookies.Append(sessions.CookieName, sessions.Begin(), new CookieOptions
        {
            HttpOnly = true,
            SameSite = SameSiteMode.Strict,
            Path = "/",
            MaxAge = PageSessions.Lifetime,
            IsEssential = true,
        });

        // No redirect: a strict cookie is not sent along one that began at another site.
        return Results.Text("", statusCode: StatusCodes.Status200OK);
    }

    /// <summary>What the script sends.</summary>
    /// <param name="Code">The code of the link.</param>
    public sealed record LoginBody(string? Code);
}
