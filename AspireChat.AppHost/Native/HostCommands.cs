using System.Threading.Channels;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>
/// What can be typed at the host's terminal, or piped into it: the words with which <c>aspire resource alice restart</c>
/// commands Aspire's host, and a line for each answer.
/// </summary>
/// <param name="resources">What can be commanded.</param>
/// <param name="console">Where the answers go.</param>
/// <param name="showTable">Shows what runs where.</param>
internal sealed class HostCommands(IReadOnlyList<Resource> resources, HostConsole console, Action showTable)
{
    // Whoever pipes in more waits in the pipe.
    private const int MaxUnfinished = 32;

    private static readonly string[] Commands = ["start", "stop", "restart", "kill"];

    // Commands to one resource run one after the other, those to different ones beside each other: a client that
    // starts may wait for a server whose start is the next command.
    private readonly Dictionary<Resource, Task> _last = [];

    private string Names => string.Join(", ", resources.Select(resource => resource.Name));

    /// <summary>Obeys until there are no more lines, and then until the last command is done.</summary>
    /// <exception cref="OperationCanceledException">It was asked to end; no command goes on.</exception>
    public async Task RunAsync(ChannelReader<string> lines, CancellationToken stopping)
    {
        using var unfinished = new SemaphoreSlim(MaxUnfinished);
        try
        {
            await foreach (var line in lines.ReadAllAsync(stopping))
            {
                await unfinished.WaitAsync(stopping);
                Obey(line.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), unfinished, stopping);
            }
        }
        finally
        {
            // Whoever stops everything now must not find a command that starts something.
            await Task.WhenAll(_last.Values);
        }
    }

    private void Obey(string[] words, SemaphoreSlim unfinished, CancellationToken stopping)
    {
        if (words is [var asked, var name] && IsCommand(asked)
            && resources.FirstOrDefault(resource => resource.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is { } named)
        {
            _last[named] = AnswerAsync(
                _last.GetValueOrDefault(named, Task.CompletedTask), asked.ToLowerInvariant(), named, unfinished, stopping);
            return;
        }

        switch (words)
        {
            case []:
                showTable();
                break;
            case [var help] when help.Equals("help", StringComparison.OrdinalIgnoreCase):
                console.Say($"""
                    start NAME, stop NAME, restart NAME, and kill NAME, which is kill -9. An empty line shows the table.
                    The names: {Names}.
                    """);
                break;
            case [var command, var unknown] when IsCommand(command):
                console.Say($"There is no '{Printable.Text(unknown)}' here: the names are {Names}.");
                break;
            case [var command, ..] when IsCommand(command):
                console.Say($"'{command}' needs one name: {Names}.");
                break;
            default:
                console.Say($"'{Printable.Text(words[0])}' is not known here: type help.");
                break;
        }

        unfinished.Release();
    }

    private async Task AnswerAsync(
        Task before, string command, Resource resource, SemaphoreSlim unfinished, CancellationToken stopping)
    {
        try
        {
            await before;
            stopping.ThrowIfCancellationRequested();
            console.Say(await ApplyAsync(command, resource, stopping));
        }
        catch (HostException e)
        {
            console.Say(e.Message);
        }
        catch (OperationCanceledException)
        {
            // Everything ends, and says so itself.
        }
        catch (Exception e)
        {
            // Nobody else sees it, and the next command to this one goes its own way.
            console.Say($"'{command} {resource.Name}' has failed: {e.Message}");
        }
        finally
        {
            unfinished.Release();
        }
    }

    private static async Task<string> ApplyAsync(string command, Resource resource, CancellationToken stopping)
    {
        var name = resource.Name;
        switch (command, resource.State)
        {
            case ("start", ChildState.Running):
                return $"{name} runs already; 'restart {name}' starts it anew.";
            case ("start", _):
                await resource.StartAsync(stopping);
                return $"{name} runs{At(resource)}.";
            case (_, not ChildState.Running):
                return $"{name} does not run; 'start {name}' starts it.";
            case ("stop", _):
                await resource.StopAsync();
                return $"{name} was stopped; 'start {name}' brings it back.";
            case ("kill", _):
                return $"{name} was killed (process {await resource.KillAsync()}); 'start {name}' brings it back.";
            default:
                await resource.StopAsync();
                await resource.StartAsync(stopping);
                return $"{name} was restarted and runs{At(resource)}.";
        }
    }

    private static bool IsCommand(string word) => Commands.Contains(word, StringComparer.OrdinalIgnoreCase);

    private static string At(Resource resource) => resource.Address is { } address ? $" at {address}" : "";
}
