using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using AspireChat.AppHost.Commands;
using Microsoft.Extensions.DependencyInjection;

namespace AspireChat.AppHost.Faults;

/// <summary>
/// The command that ends a program as a crash would (SIGKILL on Unix), without a goodbye, to show how the system recovers.
/// </summary>
internal static class KillCommand
{
    /// <summary>The command's name, as in <c>aspire resource alice kill</c>.</summary>
    public const string Name = "kill";

    /// <summary>The argument: seconds until the program is started again; without it, the program stays away.</summary>
    public const string BackAfter = "back-after";

    private const double MaxBackAfter = 3600;
    private const string PidProperty = "executable.pid";
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan ReturnDeadline = TimeSpan.FromSeconds(60);

    /// <summary>Adds the command; it is enabled while the program runs.</summary>
    public static IResourceBuilder<T> WithKillCommand<T>(this IResourceBuilder<T> builder)
        where T : IResource
    {
        var oneAtATime = new SemaphoreSlim(1);
        return builder.WithCommand(Name, "Kill", context => ExecuteAsync(builder.Resource, oneAtATime, context), new CommandOptions
        {
            Description = "Ends the process at once, as a crash would (kill -9), and starts it again if you like.",
            IconName = "DismissCircle",
            ConfirmationMessage = $"Kill {builder.Resource.Name} at once? It gets no time to say goodbye or to save anything.",
            Progress = new CommandProgressOptions { Message = $"Killing {builder.Resource.Name} …" },
            Arguments =
            [
                new InteractionInput
                {
                    Name = BackAfter,
                    Label = "Back after",
                    Description = "Seconds until it is started again; empty: it stays away until you start it.",
                    InputType = InputType.Number,
                },
            ],
            UpdateState = RunningResource.EnabledWhileRunning,
        });
    }

    private static async Task<ExecuteCommandResult> ExecuteAsync(IResource resource, SemaphoreSlim oneAtATime, ExecuteCommandContext context)
    {
        if (!TryReadBackAfter(context.Arguments, out var backAfter))
        {
            return CommandResults.Failure($"'{BackAfter}' must be a number of seconds from 0 to {MaxBackAfter:0}, or empty.");
        }

        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        int? process;
        try
        {
            process = await KillAsync(resource, oneAtATime, notifications, context);
        }
        catch (TimeoutException)
        {
            return CommandResults.Failure($"{resource.Name} was killed, but Aspire did not notice within {EndDeadline.TotalSeconds:0} s.");
        }

        if (process is not { } pid)
        {
            return CommandResults.Failure($"{resource.Name} is not running, so there is nothing to kill.");
        }

        var killed = $"{resource.Name} was killed (process {pid})";
        if (backAfter is not { } pause)
        {
            return CommandAnswer.Success($"{killed}; 'start' brings it back.");
        }

        await Task.Delay(pause, context.CancellationToken);
        var restart = Stopwatch.StartNew();
        return await BringBackAsync(resource, notifications, context) is { } fault
            ? CommandResults.Failure($"{killed}, but {fault}")
            : CommandAnswer.Success(string.Create(
                CultureInfo.InvariantCulture,
                $"{killed}, stayed away for {pause.TotalSeconds:0.###} s, and was healthy again {restart.Elapsed.TotalSeconds:0.0} s later."));
    }

    // Returns null if the program does not run. Kills run one at a time, each until Aspire knows of the end: otherwise the
    // next could kill another process that got the same id.
    private static async Task<int?> KillAsync(
        IResource resource, SemaphoreSlim oneAtATime, ResourceNotificationService notifications, ExecuteCommandContext context)
    {
        await oneAtATime.WaitAsync(context.CancellationToken);
        try
        {
            if (RunningProcess(context) is not { } pid || !Kill(pid))
            {
                return null;
            }

            await notifications.WaitForResourceAsync(resource.Name, KnownResourceStates.TerminalStates, context.CancellationToken)
                .WaitAsync(EndDeadline, context.CancellationToken);
            return pid;
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    // Returns what went wrong, or null if the program is healthy again.
    private static async Task<string?> BringBackAsync(
        IResource resource, ResourceNotificationService notifications, ExecuteCommandContext context)
    {
        try
        {
            // A cancelled start leaves the resource failed, so only the wait ends here: the start itself may wait for a
            // server that was stopped.
            var started = await context.Services.GetRequiredService<ResourceCommandService>()
                .ExecuteCommandAsync(context.ResourceName, KnownResourceCommands.StartCommand, CancellationToken.None)
                .WaitAsync(ReturnDeadline, context.CancellationToken);
            if (!started.Success)
            {
                return $"was not started again: {started.Message}";
            }

            await notifications.WaitForResourceHealthyAsync(resource.Name, context.CancellationToken)
                .WaitAsync(ReturnDeadline, context.CancellationToken);
            return null;
        }
        catch (Exception e) when (e is TimeoutException or DistributedApplicationException)
        {
            var state = notifications.TryGetCurrentState(context.ResourceName, out var now) ? now.Snapshot.State?.Text : null;
            return $"was not healthy again within {ReturnDeadline.TotalSeconds:0} s; its state is {state ?? "unknown"}.";
        }
    }

    private static bool TryReadBackAfter(InteractionInputCollection arguments, out TimeSpan? backAfter)
    {
        backAfter = null;
        if (!arguments.TryGetByName(BackAfter, out var input) || string.IsNullOrWhiteSpace(input.Value))
        {
            return true;
        }

        if (!double.TryParse(input.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds)
            || seconds is not (>= 0 and <= MaxBackAfter))
        {
            return false;
        }

        backAfter = TimeSpan.FromSeconds(seconds);
        return true;
    }

    private static int? RunningProcess(ExecuteCommandContext context) =>
        context.FindRunning()?.Properties.FirstOrDefault(property => property.Name == PidProperty)?.Value as int?;

    // Kills the child processes too: a project's first process is `dotnet run`, a server's may be a shell script.
    private static bool Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException)
        {
            return false; // It has already ended.
        }
        catch (Exception e) when (e is Win32Exception or AggregateException)
        {
            // One of its children has already ended.
        }

        return true;
    }
}
