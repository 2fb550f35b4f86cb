using AspireChat.Client.Chat;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Healthy while the connection to RabbitMQ is open, and degraded while it is open but something does not work, as the
/// connection's state reports.
/// </summary>
internal sealed class BrokerHealthCheck(ConnectionStates connections) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var (state, detail) = connections.Snapshot().GetValueOrDefault(MessagingExtensions.ConnectionName);
        return Task.FromResult(state switch
        {
            ConnectionStates.Connected => HealthCheckResult.Healthy(),
            BrokerConnection.Blocked or BrokerConnection.Refusing or BrokerConnection.NotConfigured => HealthCheckResult.Degraded(detail),
            _ => HealthCheckResult.Unhealthy($"RabbitMQ cannot be reached, so {GroupMode.CarriedBy(GroupMode.RabbitMq)} wait; trying again."),
        });
    }
}
