using System.Globalization;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// Remembers in the data folder what is running, so that the next host can end what one left behind that was killed
/// without a chance to stop anything.
/// </summary>
internal sealed class PidFiles(DataFolder data)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(50);

    private readonly string _folder = data.Folder("run");

    /// <summary>Remembers a child.</summary>
    /// <exception cref="HostException">The data folder cannot be written; the child runs all the same.</exception>
    public void Add(ChildProcess child)
    {
        if (ProcessTable.StartOf(child.Id) is not { } start)
        {
            return;
        }

        try
        {
            DataFolder.Write(FileOf(child), string.Create(CultureInfo.InvariantCulture, $"{child.Id} {start} {child.Name}"));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException(
                $"{child.Name} was started, but {_folder} cannot be written ({e.Message}): should this host be killed, nobody will know of it.");
        }
    }

    /// <summary>Forgets a child, which has ended.</summary>
    public void Remove(ChildProcess child)
    {
        try
        {
            File.Delete(FileOf(child));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // What is left says when that process began; whoever has its number next began later.
        }
    }

    /// <summary>Ends whatever an earlier host left running.</summary>
    public async Task EndOrphansAsync(HostConsole console, CancellationToken cancellationToken) =>
        await Task.WhenAll(Directory.GetFiles(_folder, "*.pid").Select(file => EndOrphanAsync(file, console, cancellationToken)));

    private static async Task EndOrphanAsync(string file, HostConsole console, CancellationToken cancellationToken)
    {
        // The start time tells whether the process with this id is still the one that was meant.
        if (Read(file) is { } orphan && ProcessTable.StartOf(orphan.Id) == orphan.Start)
        {
            console.Say($"An earlier run that was killed has left {orphan.Name} running (process {orphan.Id}); ending it.");
            ProcessTable.Signal(orphan.Id, ProcessTable.SigTerm);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(Patience);
            try
            {
                while (ProcessTable.StartOf(orphan.Id) == orphan.Start)
                {
                    await Task.Delay(LookEvery, patience.Token);
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                ProcessTable.Signal(orphan.Id, ProcessTable.SigKill);
            }

            foreach (var id in ProcessTable.InSession(orphan.Id))
            {
                ProcessTable.Signal(id, ProcessTable.SigKill);
            }
        }

        File.Delete(file);
    }

    private static (int Id, long Start, string Name)? Read(string file) =>
        File.ReadAllText(file).Split(' ') is [var id, var start, var name]
            && int.TryParse(id, NumberStyles.None, CultureInfo.InvariantCulture, out var pid)
            && long.TryParse(start, NumberStyles.None, CultureInfo.InvariantCulture, out var ticks)
            ? (pid, ticks, name)
            : null;

    private string FileOf(ChildProcess child) =>
        Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{child.Id}.pid"));
}
