using System.Runtime.InteropServices;

namespace AspireChat.Client.Terminal;

/// <summary>Runs the menu while the application runs; the application ends when the user leaves the menu.</summary>
internal sealed partial class TerminalService(
    ChatMenu menu, TerminalEvents events, IHostApplicationLifetime lifetime, ILogger<TerminalService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Closing the window stops the client in order, like leaving the menu; the host handles the other signals.
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal =>
        {
            signal.Cancel = true;
            lifetime.StopApplication();
        });

        try
        {
            await UntilStartedAsync(stoppingToken);
            using var end = CancellationTokenSource.CreateLinkedTokenSource(stoppingToken);
            var watching = events.RunAsync(end.Token);
            try
            {
                await menu.RunAsync(stoppingToken);
            }
            finally
            {
                await end.CancelAsync();
                await watching;
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The application is stopping for another reason.
        }

        Log.Left(logger);
        lifetime.StopApplication();
    }

    // Before that, the start may still fail with its own sentence.
    private async Task UntilStartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The user left the terminal", EventName = "TerminalLeft")]
        public static partial void Left(ILogger logger);
    }
}
