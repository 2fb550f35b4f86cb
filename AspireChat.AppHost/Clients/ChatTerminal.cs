using System.Reflection;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AspireChat.AppHost.Clients;

/// <summary>Terminals of clients: in the dashboard, and by <c>aspire terminal attach alice</c>.</summary>
/// <remarks>
/// Terminals need a program that is part of Aspire's command line but not of its packages. Without it, a resource with a
/// terminal never starts, so the clients then get none.
/// </remarks>
internal static partial class ChatTerminal
{
    // Where Aspire finds that program: the command line sets the first, the build of this project the second.
    private const string Setting = "ASPIRE_TERMINAL_HOST_PATH";
    private const string Metadata = "aspireterminalhostpath";

    /// <summary>Adds a terminal with the client's menu where that is possible; otherwise one line in the log says how to get one.</summary>
    public static IResourceBuilder<ProjectResource> WithChatTerminal(this IResourceBuilder<ProjectResource> client)
    {
        if (!IsPossible(client.ApplicationBuilder))
        {
            client.ApplicationBuilder.Services.TryAddEventingSubscriber<HowToGetTerminals>();
            return client;
        }

#pragma warning disable ASPIRETERMINAL001 // New in Aspire 13.5 and still experimental. This is its only use.
        return client.WithTerminal();
#pragma warning restore ASPIRETERMINAL001
    }

    private static bool IsPossible(IDistributedApplicationBuilder builder) => File.Exists(
        builder.Configuration[Setting] is { Length: > 0 } set
            ? set
            : builder.AppHostAssembly?.GetCustomAttributes<AssemblyMetadataAttribute>().FirstOrDefault(data => data.Key == Metadata)?.Value);

    private sealed partial class HowToGetTerminals(ILogger<HowToGetTerminals> logger) : IDistributedApplicationEventingSubscriber
    {
        public Task SubscribeAsync(
            IDistributedApplicationEventing eventing, DistributedApplicationExecutionContext context, CancellationToken cancellationToken)
        {
            eventing.Subscribe<BeforeStartEvent>((_, _) =>
            {
                Log.NoTerminals(logger);
                return Task.CompletedTask;
            });
            return Task.CompletedTask;
        }

        private static partial class Log
        {
            [LoggerMessage(1, LogLevel.Information, "The clients have no terminals because Aspire's command line is not set up; ./run.sh sets it up and starts everything with terminals", EventName = "NoTerminals")]
            public static partial void NoTerminals(ILogger logger);
        }
    }
}
