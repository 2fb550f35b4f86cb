namespace AspireChat.Client.Groups.Logs;

/// <summary>
/// Reads all logs of a group. There is one, unless Redis has lost the group and somebody created it anew before its members could tell of
/// it: then others may still write to the earlier log, and what is there must not be lost.
/// </summary>
/// <param name="generations">The group's generations.</param>
/// <param name="open">Makes the reader of a generation's log.</param>
internal sealed class LogReaders(RoomGenerations generations, Func<string, ILogReader> open)
{
    private readonly TaskCompletionSource _reading = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes once all logs that were known at the start are read.</summary>
    public Task Reading => _reading.Task;

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        var readers = new Dictionary<string, ILogReader>(StringComparer.Ordinal);
        var running = new List<Task>();
        try
        {
            while (true)
            {
                foreach (var generation in generations.Known.Where(known => Generation.IsValid(known) && !readers.ContainsKey(known)))
                {
                    readers[generation] = open(generation);
                    running.Add(readers[generation].RunAsync(stopping));
                }

                if (!_reading.Task.IsCompleted)
                {
                    await Task.WhenAll(readers.Values.Select(reader => reader.Reading)).WaitAsync(stopping);
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
}
