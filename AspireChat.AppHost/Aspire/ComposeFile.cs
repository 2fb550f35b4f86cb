using System.Globalization;
using Aspire.Hosting.Docker.Resources.ComposeNodes;
using Aspire.Hosting.Docker.Resources.ServiceNodes;
using Compose = Aspire.Hosting.Docker.Resources.ComposeFile;

namespace AspireChat.AppHost.Aspire;

/// <summary>
/// The deployment: a Docker Compose file. Servers and clients have health checks and start after those that they need,
/// data lie in named volumes, secrets come from the file <c>.env</c> beside it, and only web pages can be reached from
/// outside, from the same machine (docs/operations.md).
/// </summary>
internal static class ComposeFile
{
    /// <summary>The clients' web port inside their containers, as in .NET's images.</summary>
    public const int WebPort = 8080;

    private const int FirstPublishedPort = 8081;
    private const int DashboardPort = 18888;

    // Home of the user `app` of .NET's images: a new volume takes over the owner of the folder that it is mounted on.
    private const string Home = "/home/app";

    /// <summary>Lets <c>aspire publish</c> write the file. Nothing happens while running.</summary>
    public static void AddComposeFile(this IDistributedApplicationBuilder builder)
    {
        if (!builder.ExecutionContext.IsPublishMode)
        {
            return;
        }

        ProjectResource[] clients =
            [.. builder.Resources.OfType<ProjectResource>().Where(resource => resource.Annotations.OfType<ChatUserAnnotation>().Any())];
        var login = builder.AddSecret("compose-dashboard-token");
        var telemetryKey = builder.AddSecret("compose-telemetry-key");
        builder.AddDockerComposeEnvironment("compose")
            .WithDashboard(dashboard => dashboard
                .WithEnvironment("DASHBOARD__FRONTEND__AUTHMODE", "BrowserToken")
                .WithEnvironment("DASHBOARD__FRONTEND__BROWSERTOKEN", login)
                .WithEnvironment("DASHBOARD__OTLP__AUTHMODE", "ApiKey")
                .WithEnvironment("DASHBOARD__OTLP__PRIMARYAPIKEY", telemetryKey))
            .ConfigureComposeFile(file => Complete(file, [.. clients.Select(client => file.Services[client.Name.ToLowerInvariant()])]));
        foreach (var client in clients)
        {
            builder.CreateResourceBuilder(client)
                .DisableForwardedHeaders() // Nothing stands before it that could forward.
                .WithEnvironment("OTEL_EXPORTER_OTLP_HEADERS", ReferenceExpression.Create($"x-otlp-api-key={telemetryKey}"));
        }
    }

    private static IResourceBuilder<ParameterResource> AddSecret(this IDistributedApplicationBuilder builder, string name) =>
        builder.AddParameter(name, new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);

    private static void Complete(Compose file, Service[] clients)
    {
        file.Name = "aspirechat";
        foreach (var (client, position) in clients.Select((client, position) => (client, position)))
        {
            CompleteClient(file, client, FirstPublishedPort + position);
        }

        foreach (var service in file.Services.Values)
        {
            service.Restart = "unless-stopped";
            switch (service.Name)
            {
                case "redis":
                    service.Healthcheck = Check(["CMD-SHELL", "REDISCLI_AUTH=\"$$REDIS_PASSWORD\" redis-cli ping | grep -q PONG"]);
                    break;
                case "rabbitmq":
                    service.Healthcheck = Check(["CMD", "rabbitmq-diagnostics", "-q", "check_port_connectivity"]);

                    // Its data belong to a node of this name; a container's own one changes whenever it is made anew.
                    service.Hostname = service.Name;
                    break;
                case "compose-dashboard":
                    service.Ports = [Publish(DashboardPort, DashboardPort)];
                    break;
            }
        }

        // Aspire writes service_started; now that there are health checks, more can be asked for.
        foreach (var (name, dependency) in file.Services.Values.SelectMany(service => service.DependsOn))
        {
            if (file.Services[name].Healthcheck is not null)
            {
                dependency.Condition = "service_healthy";
            }
        }
    }

    private static void CompleteClient(Compose file, Service client, int port)
    {
        var data = new Volume { Name = $"{client.Name}-data", Type = "volume", Source = $"{client.Name}-data", Target = Home };
        file.AddVolume(new Volume { Name = data.Name, Driver = "local" });
        client.AddVolume(data);

        // The other clients reach it under its service's name; a terminal nobody sees is not served.
        client.AddEnvironmentalVariable("Chat__DataDirectory", $"{Home}/aspirechat");
        client.AddEnvironmentalVariable("Chat__AdvertisedHost", client.Name);
        client.AddEnvironmentalVariable("Chat__Peer__Address", "0.0.0.0");
        client.AddEnvironmentalVariable("Chat__Terminal", "false");
        client.Ports = [Publish(port, WebPort)];
        client.Expose = [];
        client.StopGracePeriod = "20s"; // It says goodbye within 10 s.

        // The images have neither curl nor wget.
        client.Healthcheck = Check(["CMD", "dotnet", "AspireChat.Client.dll", "--check-health"]);
    }

    private static Healthcheck Check(List<string> test) => new()
    {
        Test = test,
        Interval = "10s",
        Timeout = "10s",
        Retries = 6,
        StartPeriod = "60s",
    };

    // To this machine only; what is to be reached from elsewhere wants TLS before it.
    private static string Publish(int port, int containerPort) =>
        string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}:{containerPort}");
}
