namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Reads all logs of a group. There is one, unless Redis has lost the group and somebody created it anew before its members could tell of
/// it: then others may still write to the earlier log, and what is there must not be lost.
/// </summary>
/// <param name="generations">The group's generations.</param>
/// <param name="open">Makes the reader of a generation's log.</param>
internal sealed class LogReaders(RoomGenerations generations, Func<string, ILogReader> open)
{
    private readonly Dictionary<string, ILogReader> _readers = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once all logs that were known at the start are read.</summary>
    public Task Reading => _reading.Task;

    /// <summary>Why the server does not let this member read, as a sentence; null if it does, or is away.</summary>
    public string? Refusal
    {
        get
        {
            lock (_readers)
            {
                return _readers.Values.Select(reader => reader.Refusal).FirstOrDefault(refusal => refusal is not null);
            }
        }
    }

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var running = new List<Task>();
        try
        {
            while (true)
            {
                foreach (var reader in OpenNew())
                {
                    running.Add(reader.RunAsync(stopping));
                }

                if (!_reading.Task.IsCompleted)
                {
                    await Task.WhenAll(_readers.Values.Select(reader => reader.Reading)).WaitAsync(stopping);
                    _reading.TrySetResult();
                }

                await generations.Learnt.WaitAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(running);
        }
    }

    private List<ILogReader> OpenNew()
    {
        var opened = new List<ILogReader>();
        lock (_readers)
        {
            foreach (var generation in generations.Known.Where(known => Generation.IsValid(known) && !_readers.ContainsKey(known)))
            {
                // Anybody can write a list of generations to Redis, and each would cost a log and a reader.
                if (_readers.Count == Generation.MaxKnown)
                {
                    break;
                }

                opened.Add(_readers[generation] = open(generation));
            }
        }

        return opened;
    }
}
