using System.Collections.Concurrent;

namespace AspireChat.Client.Groups;

/// <summary>Serializes joining, leaving and renewing per group, so that the last one decides.</summary>
internal sealed class GroupTurns
{
    private readonly ConcurrentDictionary<string, SemaphoreSlim> _turns = new(StringComparer.Ordinal);

    /// <summary>Waits for the turn, which ends when the result is disposed.</summary>
    public async Task<IDisposable> TakeAsync(string group, CancellationToken cancellationToken)
    {
        var turn = TurnOf(group);
        await turn.WaitAsync(cancellationToken);
        return new Turn(turn);
    }

    /// <summary>Takes the turn; null if it is taken.</summary>
    public IDisposable? TryTake(string group)
    {
        var turn = TurnOf(group);
        return turn.Wait(0) ? new Turn(turn) : null;
    }

    private SemaphoreSlim TurnOf(string group) => _turns.GetOrAdd(group, _ => new SemaphoreSlim(1));

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}
