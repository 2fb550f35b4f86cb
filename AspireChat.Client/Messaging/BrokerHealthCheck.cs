using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.Client.Messaging;

/// <summary>Healthy while the connection to RabbitMQ stands, and degraded while it stands and something does not work.</summary>
internal sealed class BrokerHealthCheck(BrokerConnection broker) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(broker switch
        {
            { IsConfigured: false } => HealthCheckResult.Degraded("ConnectionStrings:rabbitmq is not set: no groups, discovery and insults."),
            { IsOpen: true, Alarm.IsOn: true } => HealthCheckResult.Degraded($"{BrokerAlarm.Matter}."),
            { IsOpen: true, Faults.Sentences: { Count: > 0 } refused } => HealthCheckResult.Degraded(string.Join(' ', refused)),
            { IsOpen: true } => HealthCheckResult.Healthy(),
            _ => HealthCheckResult.Unhealthy("RabbitMQ cannot be reached; trying again."),
        });
}
