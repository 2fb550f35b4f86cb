using System.Net;
using System.Net.Sockets;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Telemetry;

/// <summary>A collector that accepts connections and never answers.</summary>
public sealed class CollectorFaultTests
{
    [Fact]
    public async Task A_client_does_not_wait_long_for_its_collector_when_it_stops()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync(
            "alice",
            ("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_DOTNET_EXPERIMENTAL_OTLP_RETRY", "in_memory"));

        // Aspire kills what has not stopped after six seconds.
        Assert.Equal(0, await alice.Process.TerminateAsync(TimeSpan.FromSeconds(6)));
    }
}
