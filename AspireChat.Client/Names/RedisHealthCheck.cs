using AspireChat.Client.Conversations;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.Client.Names;

/// <summary>Ready means that others can find this client: healthy while it is registered at the name server.</summary>
public sealed class RedisHealthCheck(ConnectionStates connections) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = connections.Snapshot().GetValueOrDefault(NamesExtensions.ConnectionName, ConnectionStates.Connecting);
        return Task.FromResult(state == ConnectionStates.Connected
            ? HealthCheckResult.Healthy("Registered at the name server.")
            : new HealthCheckResult(context.Registration.FailureStatus, $"Not registered at the name server: {state}."));
    }
}
