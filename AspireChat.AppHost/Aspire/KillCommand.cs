using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;
using Microsoft.Extensions.DependencyInjection;

namespace AspireChat.AppHost.Aspire;

/// <summary>
/// The command that ends a program as a crash would (SIGKILL on Unix): it says goodbye to nobody. What the system makes
/// of it can then be watched.
/// </summary>
internal static class KillCommand
{
    /// <summary>The command's name, as in <c>aspire resource alice kill</c>.</summary>
    public const string Name = "kill";

    /// <summary>The argument: seconds until the program is started again; it stays away without.</summary>
    public const string BackAfter = "back-after";

    private const double MaxBackAfter = 3600;
    private const string PidProperty = "executable.pid";
    private static readonly TimeSpan EndDeadline = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan HealthDeadline = TimeSpan.FromSeconds(120);

    /// <summary>Adds the command; it is enabled while the program runs.</summary>
    public static IResourceBuilder<T> WithKillCommand<T>(this IResourceBuilder<T> builder)
        where T : IResource => builder.WithCommand(Name, "Kill", context => ExecuteAsync(builder.Resource, context), new CommandOptions
        {
            Description = "Ends the process at once, as a crash would (kill -9), and starts it again if you like.",
            IconName = "DismissCircle",
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
            UpdateState = context => context.ResourceSnapshot.State?.Text == KnownResourceStates.Running
                ? ResourceCommandState.Enabled
                : ResourceCommandState.Disabled,
        });

    private static async Task<ExecuteCommandResult> ExecuteAsync(IResource resource, ExecuteCommandContext context)
    {
        if (!TryReadBackAfter(context.Arguments, out var backAfter))
        {
            return CommandResults.Failure($"'{BackAfter}' is a number of seconds from 0 to {MaxBackAfter:0}, or nothing.");
        }

        var notifications = context.Services.GetRequiredService<ResourceNotificationService>();
        if (RunningProcess(notifications, context.ResourceName) is not { } pid)
        {
            return CommandResults.Failure($"{resource.Name} does not run, so that there is nothing to kill.");
        }

        Kill(pid);
        await notifications.WaitForResourceAsync(resource.Name, KnownResourceStates.TerminalStates, context.CancellationToken)
            .WaitAsync(EndDeadline, context.CancellationToken);
        if (backAfter is not { } pause)
        {
            return Success($"{resource.Name} was killed (process {pid}); 'start' brings it back.");
        }

        await Task.Delay(pause, context.CancellationToken);
        var restart = Stopwatch.StartNew();
        var started = await context.Services.GetRequiredService<ResourceCommandService>()
            .ExecuteCommandAsync(context.ResourceName, KnownResourceCommands.StartCommand, context.CancellationToken);
        if (!started.Success)
        {
            return CommandResults.Failure($"{resource.Name} was killed (process {pid}), but not started again: {started.Message}");
        }

        await notifications.WaitForResourceHealthyAsync(resource.Name, context.CancellationToken)
            .WaitAsync(HealthDeadline, context.CancellationToken);
        return Success(string.Create(
            CultureInfo.InvariantCulture,
            $"{resource.Name} was killed (process {pid}), stayed away for {pause.TotalSeconds:0.###} s, and was healthy again {restart.Elapsed.TotalSeconds:0.0} s later."));
    }

    // The dashboard shows the message, the command line the data.
    private static ExecuteCommandResult Success(string sentence) => CommandResults.Success(sentence, sentence);

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

    private static int? RunningProcess(ResourceNotificationService notifications, string resource) =>
        notifications.TryGetCurrentState(resource, out var now) && now.Snapshot.State?.Text == KnownResourceStates.Running
            ? now.Snapshot.Properties.FirstOrDefault(property => property.Name == PidProperty)?.Value as int?
            : null;

    // With all that it has started: a project's first process is `dotnet run`, a server's may be a shell script.
    private static void Kill(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            process.Kill(entireProcessTree: true);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or Win32Exception or AggregateException)
        {
            // It, or one of its children, ended by itself meanwhile.
        }
    }
}
