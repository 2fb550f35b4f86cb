using System.Threading.Channels;

namespace AspireChat.Client.Faults;

/// <summary>Lets changes happen one at a time, in the order of the calls. Holds nothing that must be disposed of.</summary>
public sealed class Turn
{
    // The caller that has taken the item from this channel has the turn, and puts the item back.
    private readonly Channel<bool> _free = Channel.CreateBounded<bool>(1);

    /// <summary>Makes a turn that is free.</summary>
    public Turn() => _free.Writer.TryWrite(true);

    /// <summary>Runs a change when the changes before it are over.</summary>
    public Task RunAsync(Func<Task> change) => RunAsync(async () =>
    {
        await change();
        return true;
    });

    /// <inheritdoc cref="RunAsync(Func{Task})"/>
    public async Task<T> RunAsync<T>(Func<Task<T>> change)
    {
        await _free.Reader.ReadAsync();
        try
        {
            return await change();
        }
        finally
        {
            _free.Writer.TryWrite(true);
        }
    }
}
