using AspireChat.AppHost.Local;
using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Native;

/// <summary>The life of the host: from the command line to the exit code.</summary>
internal static class NativeHost
{
    private const int KilledByCtrlC = 130; // 128 + SIGINT, as shells have it

    /// <summary>Runs the system until somebody stops it, or one of its servers ends.</summary>
    /// <returns>The exit code: 0 after a stop that was asked for.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
            return Parse(args, configuration) is { } arguments ? await RunAsync(arguments, configuration) : 0;
        }
        catch (HostException e)
        {
            await Console.Error.WriteLineAsync(e.Message);
            return 1;
        }
    }

    private static HostArguments? Parse(string[] args, IConfiguration configuration)
    {
        if (args is ["--help" or "-h" or "-?", ..])
        {
            Console.WriteLine(HostArguments.Usage);
            return null;
        }

        var arguments = HostArguments.Parse(args, configuration);
        return arguments switch
        {
            { Others: [var other, ..] } => throw new HostException(
                $"This host does not know '{Printable.Text(other)}': {HostArguments.Usage}"),
            { Backends: Backends.Container } => throw new HostException(
                "Containers need Aspire's packages, which the package feed of this machine does not have: " +
                "use --backends local or external."),
            _ when !OperatingSystem.IsLinux() => throw new HostException(
                "Without Aspire's packages AspireChat runs on Linux only: use a package feed that has them, and run eng/setup.sh --again."),
            _ => arguments,
        };
    }

    private static async Task<int> RunAsync(HostArguments arguments, IConfiguration configuration)
    {
        var elsewhere = arguments.Backends is Backends.External ? Servers.Elsewhere(configuration) : null;
        using var data = DataFolder.Open(arguments.DataFolder);
        var console = HostConsole.Create();
        var pidFiles = new PidFiles(data);
        var children = new Children(console, pidFiles);
        var exitCode = 0;
        using var signals = new StopSignals(atOnce: () =>
        {
            exitCode = KilledByCtrlC;
            children.KillAll();
            Environment.Exit(KilledByCtrlC);
        });

        await using (var system = RunningSystem.Prepare(arguments, elsewhere, data, children, console))
        {
            var commands = new HostCommands(system.Resources, console, ShowTable);
            try
            {
                await pidFiles.EndOrphansAsync(console, signals.Stopping);
                await system.RunAsync(ListenAsync, signals.Stopping);
            }
            catch (OperationCanceledException) when (signals.Stopping.IsCancellationRequested)
            {
                console.Say("Stopping; Ctrl-C once more ends everything at once …");
            }

            void ShowTable() => console.Say(SystemTable.Render(system, data));

            Task ListenAsync(CancellationToken stopping)
            {
                ShowTable();
                return commands.RunAsync(TypedLines.Read(), stopping);
            }
        }

        return exitCode;
    }
}
