using Microsoft.Extensions.DependencyInjection;

namespace AspireChat.AppHost.Commands;

/// <summary>
/// Finds out whether a resource runs, healthy or not: private chats work without RabbitMQ, and a call that fails answers
/// with the reason.
/// </summary>
internal static class RunningResource
{
    /// <summary>The state of a button: enabled while the resource runs.</summary>
    public static ResourceCommandState EnabledWhileRunning(UpdateCommandStateContext context) =>
        IsRunning(context.ResourceSnapshot) ? ResourceCommandState.Enabled : ResourceCommandState.Disabled;

    /// <summary>
    /// Returns the state of the resource, or null if it does not run. Aspire asks for a button's state only where it shows
    /// buttons, but a command can be called at any time.
    /// </summary>
    public static CustomResourceSnapshot? FindRunning(this ExecuteCommandContext context) =>
        context.Services.GetRequiredService<ResourceNotificationService>().TryGetCurrentState(context.ResourceName, out var now)
        && IsRunning(now.Snapshot)
            ? now.Snapshot
            : null;

    private static bool IsRunning(CustomResourceSnapshot snapshot) => snapshot.State?.Text == KnownResourceStates.Running;
}
