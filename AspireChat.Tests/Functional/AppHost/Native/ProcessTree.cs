using System.Globalization;
using AspireChat.Tests.Infrastructure;

namespace AspireChat.Tests.Functional.AppHost.Native;

/// <summary>What a process has started, and where that listens: a picture of one moment, out of Linux's /proc.</summary>
public sealed record ProcessTree(IReadOnlyDictionary<int, string> Processes, IReadOnlySet<int> Ports)
{
    /// <summary>Looks at a process and everything below it.</summary>
    public static ProcessTree Of(int root)
    {
        var children = Stats().ToLookup(stat => stat.Parent, stat => stat.Id);
        Dictionary<int, string> processes = [];
        Queue<int> left = new([root]);
        while (left.TryDequeue(out var id))
        {
            processes[id] = Read($"/proc/{id}/cmdline").Replace('\0', ' ');
            foreach (var child in children[id])
            {
                left.Enqueue(child);
            }
        }

        var sockets = processes.Keys.SelectMany(SocketsOf).ToHashSet();
        var ports = Listening().Where(entry => sockets.Contains(entry.Socket)).Select(entry => entry.Port).ToHashSet();
        return new ProcessTree(processes, ports);
    }

    /// <summary>The processes of the picture that are still alive; what only waits to be noticed by its parent is not.</summary>
    public IEnumerable<string> Alive() => Stats()
        .Where(stat => Processes.ContainsKey(stat.Id) && stat.State is not ('Z' or 'X'))
        .Select(stat => $"{stat.Id} {Processes[stat.Id]}");

    /// <summary>The ports of the picture on which somebody still listens.</summary>
    public IEnumerable<int> StillListening() => Listening().Select(entry => entry.Port).Where(Ports.Contains).Distinct();

    /// <summary>Waits until nothing of the picture is left.</summary>
    public async Task GoneAsync()
    {
        // Erlang's small helpers notice a moment later that their parent has gone.
        await Until.Sequence("no process is left", [], () => Task.FromResult(Alive()));
        await Until.Sequence("nobody listens any more", [], () => Task.FromResult(StillListening()));
    }

    private static IEnumerable<(int Id, int Parent, char State)> Stats()
    {
        foreach (var folder in Directory.GetDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && Read($"{folder}/stat") is { Length: > 0 } stat)
            {
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                yield return (id, int.Parse(fields[1], CultureInfo.InvariantCulture), fields[0][0]);
            }
        }
    }

    private static IEnumerable<string> SocketsOf(int id)
    {
        try
        {
            return [.. Directory.GetFiles($"/proc/{id}/fd")
                .Select(link => new FileInfo(link).LinkTarget ?? "")
                .Where(target => target.StartsWith("socket:[", StringComparison.Ordinal))
                .Select(target => target["socket:[".Length..^1])];
        }
        catch (IOException)
        {
            return [];
        }
    }

    // proc_pid_net(5): local address in hexadecimal, state 0A is LISTEN, the tenth field is the socket's inode.
    private static IEnumerable<(int Port, string Socket)> Listening() =>
        new[] { "/proc/net/tcp", "/proc/net/tcp6" }
            .SelectMany(file => Read(file).Split('\n').Skip(1))
            .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(fields => fields.Length > 9 && fields[3] == "0A")
            .Select(fields => (
                int.Parse(fields[1][(fields[1].IndexOf(':') + 1)..], NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                fields[9]));

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ""; // It ended meanwhile.
        }
    }
}
