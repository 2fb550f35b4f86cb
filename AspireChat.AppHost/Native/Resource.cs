using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>A part of the system that starts and stops by itself: a server, the dashboard or a client.</summary>
/// <param name="program">Its program.</param>
/// <param name="children">Where the program runs.</param>
internal sealed class Resource(LocalProgram program, Children children)
{
    /// <summary>The program.</summary>
    public LocalProgram Program => program;

    /// <summary>How it is called in commands; no two are called the same.</summary>
    public string Name { get; init; } = program.Name;

    /// <summary>Where it is reached in a browser; null: nowhere.</summary>
    public Uri? Address { get; init; }

    /// <summary>Whether the console shows what it writes, or only its last lines if it ends unasked.</summary>
    public bool ShowsLines { get; init; }

    /// <summary>Asks it once whether it is there.</summary>
    public required Func<CancellationToken, Task<bool>> Answers { get; init; }

    /// <summary>How long it may take to answer.</summary>
    public required TimeSpan StartDeadline { get; init; }

    /// <summary>How long it may take to stop before force is used.</summary>
    public required TimeSpan StopPatience { get; init; }

    /// <summary>What follows if it does not start with the others, or ends and nobody asked it to.</summary>
    public required Func<HostException, Task> OnFault { get; init; }

    /// <summary>What has become of it.</summary>
    public ChildState State => children.StateOf(program);

    /// <summary>Starts it, waits until it answers, and watches over it from then on.</summary>
    /// <exception cref="HostException">It ended, or did not answer in time; then it runs on.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var isEndTold = false;
        try
        {
            await children.StartAsync(program, ShowsLines, Answers, StartDeadline, cancellationToken);
        }
        catch (HostException)
        {
            isEndTold = State is not ChildState.Running;
            throw;
        }
        finally
        {
            // Also if it has ended since its answer.
            if (!isEndTold && !cancellationToken.IsCancellationRequested)
            {
                _ = WatchAsync();
            }
        }
    }

    /// <summary>Stops it in order; by force if that takes too long. Nothing of it runs afterwards.</summary>
    public Task StopAsync() => children.StopAsync(program, StopPatience);

    /// <summary>Ends it, and all that it has started, at once.</summary>
    /// <returns>The process id that it had; null if it did not run.</returns>
    public Task<int?> KillAsync() => children.KillAsync(program);

    private async Task WatchAsync()
    {
        if (await children.AwaitUnaskedEndAsync(program) is { } end)
        {
            await OnFault(end);
        }
    }
}
