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

    // The one that was opened first comes first.
    private volatile IReadOnlyList<OpenLog> _logs = [];

    /// <summary>Completes once all logs that were known at the start are read.</summary>
    public Task Reading => _reading.Task;

    /// <summary>Why the server does not let this member read, as a sentence; null if it does, or is away.</summary>
    public string? Refusal => _logs.Select(log => log.Reader.Refusal).FirstOrDefault(refusal => refusal is not null);

    /// <summary>Reads until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        try
        {
            while (true)
            {
                await OpenNewAsync(stopping);
                if (!_reading.Task.IsCompleted)
                {
                    await Task.WhenAll(_logs.Select(log => log.Reader.Reading)).WaitAsync(stopping);
                    _reading.TrySetResult();
                }

                await generations.Learnt.WaitAsync(stopping);
            }
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await Task.WhenAll(_logs.Select(log => log.CloseAsync()));
        }
    }

    // Anybody can write a list of generations to Redis, and each would cost a log and a reader. The current one, to which members write,
    // is always read.
    private async Task OpenNewAsync(CancellationToken stopping)
    {
        foreach (var generation in generations.Known.Where(Generation.IsValid).Reverse())
        {
            if (_logs.Any(log => log.Generation == generation))
            {
                continue;
            }

            if (_logs.Count == Generation.MaxKnown)
            {
                if (generation != generations.Current)
                {
                    continue;
                }

                await _logs[0].CloseAsync();
                _logs = [.. _logs.Skip(1)];
            }

            _logs = [.. _logs, OpenLog.Start(generation, open(generation), stopping)];
        }
    }

    private sealed record OpenLog(string Generation, ILogReader Reader, Task Run, CancellationTokenSource End)
    {
        public static OpenLog Start(string generation, ILogReader reader, CancellationToken stopping)
        {
            var end = CancellationTokenSource.CreateLinkedTokenSource(stopping);
            return new OpenLog(generation, reader, reader.RunAsync(end.Token), end);
        }

        public async Task CloseAsync()
        {
            await End.CancelAsync();
            await Run;
            End.Dispose();
        }
    }
}
