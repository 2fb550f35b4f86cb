using System.Runtime.InteropServices;

namespace AspireChat.Client.Terminal;

/// <summary>Runs the menu while the application runs; when the user leaves, the application ends.</summary>
internal sealed partial class TerminalService(
    ChatMenu menu, TerminalEvents events, IHostApplicationLifetime lifetime, ILogger<TerminalService> logger) : BackgroundService
{
    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Closing the window ends the chat in order, like leaving the menu; the host listens to the other signals.
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

    // Until then the start may still fail, with a sentence of its own.
    private async Task UntilStartedAsync(CancellationToken stoppingToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "The terminal was left", EventName = "TerminalLeft")]
        public static partial void Left(ILogger logger);
    }
}
