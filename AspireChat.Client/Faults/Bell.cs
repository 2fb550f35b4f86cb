using System.Threading.Channels;

namespace AspireChat.Client.Faults;

/// <summary>
/// Wakes one waiting loop. Rings while the loop is not waiting count as one ring, which is not lost.
/// </summary>
public sealed class Bell
{
    private readonly Channel<bool> _rings = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true });

    /// <summary>Rings.</summary>
    public void Ring() => _rings.Writer.TryWrite(true);

    /// <summary>Takes a ring without waiting.</summary>
    /// <returns>True if it rang.</returns>
    public bool TryTake() => _rings.Reader.TryRead(out _);

    /// <summary>Waits for a ring.</summary>
    public async Task WaitAsync(CancellationToken cancellationToken) => await _rings.Reader.ReadAsync(cancellationToken);

    /// <summary>Waits for a ring, but at most for the given time.</summary>
    /// <returns>True if it rang.</returns>
    public async Task<bool> WaitAsync(TimeSpan atMost, TimeProvider time, CancellationToken cancellationToken)
    {
        using var deadline = new CancellationTokenSource(atMost, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, cancellationToken);
        try
        {
            return await _rings.Reader.ReadAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
