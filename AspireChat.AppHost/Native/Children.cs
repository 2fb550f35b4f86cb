using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>All programs that this host has started.</summary>
internal sealed class Children(HostConsole console, PidFiles pidFiles)
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(100);

    // What does not answer yet has nothing to put in order, and may miss the signal: an Erlang that just begins does.
    private static readonly TimeSpan BeginnerPatience = TimeSpan.FromSeconds(3);

    private readonly Lock _lock = new();
    private readonly Dictionary<LocalProgram, ChildProcess> _last = [];
    private bool _closed;

    /// <summary>What has become of a program.</summary>
    public ChildState StateOf(LocalProgram program) => Find(program) switch
    {
        null => ChildState.NotStarted,
        { Exited.IsCompleted: false } => ChildState.Running,
        { EndIsAsked: true } => ChildState.Stopped,
        _ => ChildState.Ended,
    };

    /// <summary>Starts a program, which does not run, and waits until it answers.</summary>
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
                    throw TellEnd(child);
                }

                await Task.Delay(LookEvery, patience.Token);
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new HostException($"{program.Name} did not answer within {deadline.TotalSeconds:0} seconds.");
        }

        child.HasAnswered = true;
    }

    /// <summary>
    /// Waits until a program that was started ends. If nobody asked it to, its last lines are shown, unless they were as
    /// they came.
    /// </summary>
    /// <returns>The sentence about it; null if the end was asked for.</returns>
    public async Task<HostException?> AwaitUnaskedEndAsync(LocalProgram program)
    {
        if (Find(program) is not { } child)
        {
            return null;
        }

        await child.Exited;
        return child.EndIsAsked ? null : TellEnd(child);
    }

    /// <summary>Stops a program if it was started; nothing of it runs afterwards.</summary>
    /// <param name="program">The program.</param>
    /// <param name="patience">How long it may take before force is used.</param>
    public async Task StopAsync(LocalProgram program, TimeSpan patience)
    {
        if (Find(program) is not { } child || child is { EndIsAsked: true, Exited.IsCompleted: true })
        {
            return;
        }

        patience = child.HasAnswered ? patience : BeginnerPatience;
        if (!await child.StopAsync(patience))
        {
            console.Say($"{program.Name} did not end within {patience.TotalSeconds:0} seconds and was ended by force.");
        }

        pidFiles.Remove(child);
    }

    /// <summary>Ends a program at once, as <c>kill -9</c> does; nothing of it runs afterwards.</summary>
    /// <returns>The process id that it had; null if it did not run.</returns>
    public async Task<int?> KillAsync(LocalProgram program)
    {
        if (Find(program) is not { Exited.IsCompleted: false } child)
        {
            return null;
        }

        child.Kill();
        await child.Exited;
        pidFiles.Remove(child);
        return child.Id;
    }

    /// <summary>Ends everything by force; nothing starts afterwards.</summary>
    public void KillAll()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var child in _last.Values)
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
            _last[program] = child;
            pidFiles.Add(child);
            return child;
        }
    }

    private HostException TellEnd(ChildProcess child)
    {
        pidFiles.Remove(child);
        foreach (var line in child.ShowsLines ? [] : child.Tail)
        {
            console.Log(child.Name, line);
        }

        return new HostException($"{child.Name} has ended with exit code {child.Exited.Result}; its last lines are above.");
    }

    private ChildProcess? Find(LocalProgram program)
    {
        lock (_lock)
        {
            return _last.GetValueOrDefault(program);
        }
    }
}
