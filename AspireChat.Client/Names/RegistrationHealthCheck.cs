using AspireChat.Client.Chat;
using AspireChat.Client.Redis;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace AspireChat.Client.Names;

/// <summary>Healthy while this client is registered at the name server: a client is ready once others can find it.</summary>
public sealed class RegistrationHealthCheck(ConnectionStates connections) : IHealthCheck
{
    /// <inheritdoc/>
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var state = connections.Snapshot().GetValueOrDefault(RedisExtensions.ConnectionName).State ?? ConnectionStates.Connecting;
        return Task.FromResult(state == ConnectionStates.Connected
            ? HealthCheckResult.Healthy("Registered at the name server.")
            : new HealthCheckResult(context.Registration.FailureStatus, Describe(state)));
    }

    private static string Describe(string state) => state is ConnectionStates.Connecting or ConnectionStates.Reconnecting
        ? $"Not registered at the name server: {state}; {GroupMode.CarriedBy(GroupMode.Redis)} wait."
        : $"Not registered at the name server: {state}.";
}
