using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>All programs that this host has started.</summary>
internal sealed class Children(HostConsole console, PidFiles pidFiles)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    // What does not answer yet has nothing to put in order, and may miss the signal: an Erlang that just begins does.
    private static readonly TimeSpan BeginnerPatience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<LocalProgram, ChildProcess> _running = [];
    private readonly HashSet<LocalProgram> _ready = [];
    private bool _closed;

    /// <summary>Starts a program and waits until it answers.</summary>
    /// <param name="program">The program.</param>
    /// <param name="showsLines">Whether the console shows what it writes, or only its last lines if it ends unasked.</param>
    /// <param name="answers">Asks it once.</param>
    /// <param name="deadline">How long to wait for an answer.</param>
    /// <param name="cancellationToken">Ends the wait; the program runs on.</param>
    /// <exception cref="HostException">It ended, or did not answer in time.</exception>
    public async Task StartAsync(
        LocalProgram program,
        bool showsLines,
        Func<CancellationToken, Task<bool>> answers,
        TimeSpan deadline,
        CancellationToken cancellationToken)
    {
        var child = Start(program, showsLines, cancellationToken);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(deadline);
        try
        {
            while (!await answers(patience.Token))
            {
                if (child.Exited.IsCompleted)
                {
                    throw TellEnd(program);
                }

                await Task.Delay(LookEvery, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HostException($"{program.Name} did not answer within {deadline.TotalSeconds:0} seconds.");
        }

        lock (_lock)
        {
            _ready.Add(program);
        }
    }

    /// <summary>Whether a program was started and has not ended.</summary>
    public bool Runs(LocalProgram program) => Find(program) is { Exited.IsCompleted: false };

    /// <summary>Waits until a program that was started ends, whoever ended it.</summary>
    public Task AwaitEndAsync(LocalProgram program) => Find(program)?.Exited ?? Task.CompletedTask;

    /// <summary>Shows the last lines of a program that has ended unasked, if they were not shown as they came.</summary>
    /// <returns>The sentence about it.</returns>
    public HostException TellEnd(LocalProgram program)
    {
        if (Find(program) is not { Exited: { IsCompletedSuccessfully: true, Result: var code } } child)
        {
            throw new InvalidOperationException($"{program.Name} has not ended.");
        }

        foreach (var line in child.ShowsLines ? [] : child.Tail)
        {
            console.Log(program.Name, line);
        }

        return new HostException($"{program.Name} has ended with exit code {code}; its last lines are above.");
    }

    /// <summary>Stops a program if it was started; nothing of it runs afterwards.</summary>
    /// <param name="program">The program.</param>
    /// <param name="patience">How long it may take before force is used.</param>
    public async Task StopAsync(LocalProgram program, TimeSpan patience)
    {
        ChildProcess? child;
        lock (_lock)
        {
            child = Find(program);
            patience = _ready.Contains(program) ? patience : BeginnerPatience;
        }

        if (child is null)
        {
            return;
        }

        if (!await child.StopAsync(patience))
        {
            console.Say($"{program.Name} did not end within {patience.TotalSeconds:0} seconds and was ended by force.");
        }

        pidFiles.Remove(child);
    }

    /// <summary>Ends everything by force; nothing starts afterwards.</summary>
    public void KillAll()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var child in _running.Values)
            {
                child.Kill();
            }
        }
    }

    private ChildProcess Start(LocalProgram program, bool showsLines, CancellationToken cancellationToken)
    {
        lock (_lock)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (_closed)
            {
                throw new OperationCanceledException();
            }

            var child = ChildProcess.Start(program, showsLines ? line => console.Log(program.Name, line) : null);
            _running.Add(program, child);
            pidFiles.Add(child);
            return child;
        }
    }

    private ChildProcess? Find(LocalProgram program)
    {
        lock (_lock)
        {
            return _running.GetValueOrDefault(program);
        }
    }
}
