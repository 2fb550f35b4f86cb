using System.Runtime.InteropServices;

namespace AspireChat.AppHost.Native;

/// <summary>
/// Ctrl-C, <c>kill</c> and a closed terminal mean the same: stop everything in order. Ctrl-C once more means: at once.
/// </summary>
internal sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stopping = new();
    private readonly PosixSignalRegistration[] _registrations;
    private readonly Action _atOnce;
    private int _asked;

    /// <summary>Listens from now on.</summary>
    /// <param name="atOnce">Ends everything by force, and then this process.</param>
    public StopSignals(Action atOnce)
    {
        _atOnce = atOnce;
        _registrations =
        [
            .. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM, PosixSignal.SIGHUP, PosixSignal.SIGQUIT }
                .Select(signal => PosixSignalRegistration.Create(signal, Handle)),
        ];
    }

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Stopping => _stopping.Token;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }

        _stopping.Dispose();
    }

    private void Handle(PosixSignalContext context)
    {
        context.Cancel = true;
        if (Interlocked.Exchange(ref _asked, 1) == 0)
        {
            _ = _stopping.CancelAsync();
        }
        else if (context.Signal is PosixSignal.SIGINT or PosixSignal.SIGQUIT)
        {
            _atOnce();
        }
    }
}
