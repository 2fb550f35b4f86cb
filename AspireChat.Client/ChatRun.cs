using AspireChat.Client.Api;
using AspireChat.Client.Faults;
using AspireChat.Client.Page.Access;
using AspireChat.Client.Session;
using AspireChat.Client.Terminal;

namespace AspireChat.Client;

/// <summary>Runs the built application to its end.</summary>
internal static class ChatRun
{
    /// <summary>Starts the client, prints the address of its API, and waits until it is asked to stop.</summary>
    /// <returns>The exit code: 1 if the client had to stop by itself, after it printed the reason; otherwise 0.</returns>
    public static async Task<int> RunChatAsync(this WebApplication app)
    {
        await using (app)
        {
            try
            {
                await app.StartAsync();
                Tell(app, DescribeApi(app));
                TellPage(app);
            }
            catch (OperationCanceledException) when (app.Lifetime.ApplicationStopping.IsCancellationRequested)
            {
                // The client was asked to stop while it was still starting.
            }
            catch
            {
                await StopWhatStartedAsync(app);
                throw;
            }

            await app.WaitForShutdownAsync();
            if (FindFailure(app.Services) is not { } sentence)
            {
                return 0;
            }

            await Console.Error.WriteLineAsync(ShownText.Line(sentence));
            return 1;
        }
    }

    private static async Task StopWhatStartedAsync(WebApplication app)
    {
        try
        {
            await app.StopAsync();
        }
        catch (Exception)
        {
            // The host cannot stop a service it could not create; the user is told why the start failed.
        }
    }

    // All lines of the terminal must go through the screen.
    private static void Tell(WebApplication app, string sentence)
    {
        if (app.Services.GetService<TerminalScreen>() is { } screen)
        {
            screen.Print($"[grey]{sentence}[/]");
        }
        else
        {
            Console.WriteLine(sentence);
        }
    }

    // The link is shown only in a terminal: in a log, other readers could use it to open the page. Others make one by `login-link`.
    private static void TellPage(WebApplication app)
    {
        var address = new Uri(app.Urls.First());
        app.Services.GetRequiredService<LoginHandout>().Publish(address);
        if (app.Services.GetService<TerminalScreen>() is { } screen)
        {
            screen.Print($"[grey]Your page, by this link once: {LoginCodes.Link(address, app.Services.GetRequiredService<LoginCodes>().Make().Code)}[/]");
        }
    }

    private static string DescribeApi(WebApplication app)
    {
        var token = app.Services.GetRequiredService<ApiToken>();
        return $"{app.Services.GetRequiredService<ChatSession>().Name}: API {string.Join(' ', app.Urls)}"
            + (token.IsGenerated ? $"  token {token.Value}" : "");
    }

    // When a background service fails, the host stops the application as if it had been asked to.
    private static string? FindFailure(IServiceProvider services) =>
        services.GetService<StartFailure>()?.Sentence
        ?? services.GetServices<IHostedService>()
            .OfType<BackgroundService>()
            .Select(service => service.ExecuteTask?.Exception?.GetBaseException())
            .OfType<Exception>()
            .Select(e => $"The client ended because of an unexpected error: {e.Message} ({e.GetType().Name})")
            .FirstOrDefault();
}
