using System.Runtime.InteropServices;

namespace AspireChat.Bench;

/// <summary>Ctrl+C, or the request to end: servers and folders go first.</summary>
internal sealed class EndSignals : IDisposable
{
    /// <summary>The exit code of a run that was ended.</summary>
    public const int ExitCode = 130;

    private readonly CancellationTokenSource _end = new();
    private readonly PosixSignalRegistration[] _registrations;

    public EndSignals() => _registrations = [.. new[] { PosixSignal.SIGINT, PosixSignal.SIGTERM }.Select(signal =>
        PosixSignalRegistration.Create(signal, context =>
        {
            context.Cancel = true;
            _end.Cancel();
        }))];

    /// <summary>Cancelled when the run is to end.</summary>
    public CancellationToken End => _end.Token;

    public void Dispose()
    {
        Array.ForEach(_registrations, registration => registration.Dispose());
        _end.Dispose();
    }
}
