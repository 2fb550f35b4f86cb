using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.Client.Messaging;

/// <summary>Healthy while the connection to RabbitMQ stands.</summary>
internal sealed class BrokerHealthCheck(BrokerConnection broker) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(broker switch
        {
            { IsConfigured: false } => HealthCheckResult.Degraded("ConnectionStrings:rabbitmq is not set: no groups, discovery and insults."),
            { IsOpen: true } => HealthCheckResult.Healthy(),
            _ => HealthCheckResult.Unhealthy("RabbitMQ cannot be reached; trying again."),
        });
}
