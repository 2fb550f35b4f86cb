using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AspireChat.AppHost.Clients;

/// <summary>
/// The link in the dashboard that opens a client's page logged in. Each link works once, so a fresh one is published after
/// each use and each start of the client. Before the first one there is none, as an address without a code opens nothing.
/// </summary>
internal static partial class PageLink
{
    private const string Endpoint = "http";

    // The client may be stopping, or busy with its start.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    /// <summary>Publishes fresh links for as long as the client runs.</summary>
    public static IResourceBuilder<ProjectResource> WithPageLink(this IResourceBuilder<ProjectResource> client, ClientApi api)
    {
        var running = new CancellationTokenSource();
        client.ApplicationBuilder.Eventing.Subscribe<ResourceReadyEvent>(client.Resource, (ready, published) =>
        {
            // Not the event's own token, which ends with the event.
            running = Replace(running, ready.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping);
            var logger = ready.Services.GetRequiredService<ResourceLoggerService>().GetLogger(client.Resource);
            _ = PublishAsync(client.Resource, api, ready.Services.GetRequiredService<ResourceNotificationService>(), logger, running.Token);
            return Task.CompletedTask;
        });
        client.ApplicationBuilder.Eventing.Subscribe<ResourceStoppedEvent>(client.Resource, (_, _) => running.CancelAsync());
        return client;
    }

    // A client that became ready again is another process, with other codes.
    private static CancellationTokenSource Replace(CancellationTokenSource running, CancellationToken stopping)
    {
        running.Cancel();
        running.Dispose();
        return CancellationTokenSource.CreateLinkedTokenSource(stopping);
    }

    private static async Task PublishAsync(
        ProjectResource client, ClientApi api, ResourceNotificationService notifications, ILogger logger, CancellationToken end)
    {
        string? code = null;
        while (!end.IsCancellationRequested)
        {
            try
            {
                code = (await (await api.ConnectAsync(end)).MakeLoginCodeAsync(code, end)).Code;
                await notifications.PublishUpdateAsync(client, state => state with { Urls = WithCode(state.Urls, code) });
            }
            catch (Exception) when (end.IsCancellationRequested)
            {
                return;
            }
            catch (TimeoutException)
            {
                // Nobody has used the link for a minute; the next call waits for the same code.
            }
            catch (Exception e)
            {
                Log.NoLink(logger, e.Message);
                code = null;
                await Task.Delay(Pause, end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    // The code is in the fragment, which a browser keeps to itself.
    private static ImmutableArray<UrlSnapshot> WithCode(ImmutableArray<UrlSnapshot> urls, string code) =>
        [.. urls.Select(url => url.Name == Endpoint
            ? url with { Url = $"{new Uri(url.Url).GetLeftPart(UriPartial.Authority)}/login#code={code}", IsInternal = false }
            : url)];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Debug, "No link to the page yet: {Reason}", EventName = "NoPageLink")]
        public static partial void NoLink(ILogger logger, string reason);
    }
}
