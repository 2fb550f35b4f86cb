using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AspireChat.ServiceDefaults;

/// <summary>Adds what every program of the system has: health checks, and telemetry if there is a collector for it.</summary>
/// <remarks>After Aspire's template, https://aspire.dev/fundamentals/service-defaults/.</remarks>
public static class Extensions
{
    /// <summary>Whether the program can do its work: every health check passes.</summary>
    public const string HealthPath = "/health";

    /// <summary>Whether the program runs at all: the checks tagged <c>live</c> pass.</summary>
    public const string AlivePath = "/alive";

    private const string OtlpEndpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";
    private const string OtlpTimeout = "OTEL_EXPORTER_OTLP_TIMEOUT";
    private const string OtelServiceName = "OTEL_SERVICE_NAME";

    /// <summary>Adds the defaults.</summary>
    /// <remarks>
    /// Unlike the template there is no service discovery and no resilience for HTTP clients: peers find each other at the name
    /// server, and retries are part of the delivery that a chat promises.
    /// </remarks>
    public static TBuilder AddServiceDefaults<TBuilder>(this TBuilder builder)
        where TBuilder : IHostApplicationBuilder
    {
        // Without a collector nobody would see the spans, and every message would pay for them.
        if (!string.IsNullOrWhiteSpace(builder.Configuration[OtlpEndpoint]))
        {
            builder.AddTelemetry();
        }

        builder.Services.AddHealthChecks().AddCheck("self", () => HealthCheckResult.Healthy(), ["live"]);
        return builder;
    }

    /// <summary>Maps <see cref="HealthPath"/> and <see cref="AlivePath"/>. They report a state in one word and nothing else.</summary>
    public static WebApplication MapDefaultEndpoints(this WebApplication app)
    {
        app.MapHealthChecks(HealthPath);
        app.MapHealthChecks(AlivePath, new HealthCheckOptions { Predicate = check => check.Tags.Contains("live") });
        return app;
    }

    private static void AddTelemetry(this IHostApplicationBuilder builder)
    {
        // In milliseconds. A program that stops sends its last spans, and a collector that is away must not hold it for the
        // default of ten seconds: Aspire would kill it before that.
        builder.Configuration[OtlpTimeout] ??= "1000";
        builder.Logging.AddOpenTelemetry(logging =>
        {
            logging.IncludeFormattedMessage = true;
            logging.IncludeScopes = true;
        });

        builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource =>
            {
                if (string.IsNullOrEmpty(builder.Configuration[OtelServiceName]))
                {
                    resource.AddService(builder.Environment.ApplicationName);
                }
            })
            .WithMetrics(metrics => metrics
                .AddMeter(builder.Environment.ApplicationName, "AspireChat")
                .AddAspNetCoreInstrumentation()
                .AddHttpClientInstrumentation()
                .AddRuntimeInstrumentation())
            .WithTracing(tracing => tracing
                .AddSource(
                    builder.Environment.ApplicationName,
                    "AspireChat",
                    GrpcCallNames.Source) // the parent of the HTTP client's span; without it the trace has a hole there
                .AddAspNetCoreInstrumentation(requests => requests.Filter = TracedRequests.Includes)
                .AddHttpClientInstrumentation(calls => calls.EnrichWithHttpRequestMessage = RequestedHosts.Show)
                .AddProcessor(new UncausedCalls())
                .AddProcessor(new GrpcCallNames()))
            .UseOtlpExporter();
    }
}
