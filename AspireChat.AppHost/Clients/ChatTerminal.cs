using System.Reflection;
using Aspire.Hosting.Eventing;
using Aspire.Hosting.Lifecycle;
using Microsoft.Extensions.Logging;

namespace AspireChat.AppHost.Clients;

/// <summary>Terminals of clients: in the dashboard, and by <c>aspire terminal attach alice</c>.</summary>
/// <remarks>
/// They need a program that Aspire's command line brings and its packages do not. A resource that asks for a terminal
/// without it never starts, so none is asked for then.
/// </remarks>
internal static partial class ChatTerminal
{
    // Where Aspire looks for that program: the command line sets the first, the build of this project the second.
    private const string Setting = "ASPIRE_TERMINAL_HOST_PATH";
    private const string Metadata = "aspireterminalhostpath";

    /// <summary>Lets the client's menu be opened where that is possible; otherwise one line in the log says how to get it.</summary>
    public static IResourceBuilder<ProjectResource> WithChatTerminal(this IResourceBuilder<ProjectResource> client)
    {
        if (!IsPossible(client.ApplicationBuilder))
        {
            client.ApplicationBuilder.Services.TryAddEventingSubscriber<HowToGetTerminals>();
            return client;
        }

#pragma warning disable ASPIRETERMINAL001 // New in Aspire 13.5 and still experimental. Should it change, it changes here only.
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
            [LoggerMessage(1, LogLevel.Information, "The clients have no terminals: Aspire's command line, which brings them, is not set up; ./run.sh sets it up and starts everything with them", EventName = "NoTerminals")]
            public static partial void NoTerminals(ILogger logger);
        }
    }
}
