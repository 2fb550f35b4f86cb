using System.Diagnostics;
using System.Reflection;
using System.Runtime.InteropServices;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Report;

/// <summary>Where and of what a run's figures are.</summary>
internal sealed record Machine(
    int Cores, string Processor, string System, string DotNet, string Redis, string? RabbitMq, string Commit, DateTimeOffset At)
{
    /// <summary>The folder of the repository that this program was built from.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>Looks.</summary>
    public static async Task<Machine> DescribeAsync(BenchServers servers) => new(
        Environment.ProcessorCount,
        FindProcessor(),
        RuntimeInformation.OSDescription,
        RuntimeInformation.FrameworkDescription,
        (await RunAsync("redis-server", "--version")).Split(' ').FirstOrDefault(word => word.StartsWith("v=", StringComparison.Ordinal))?[2..] ?? "",
        servers.RabbitVersion,
        await RunAsync("git", "-C", Repository, "describe", "--always", "--dirty"),
        DateTimeOffset.UtcNow);

    private static string FindProcessor() => File.Exists("/proc/cpuinfo")
        ? File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(": ")[^1] ?? ""
        : "";

    private static string FindRepository()
    {
        var folder = new DirectoryInfo(Path.GetDirectoryName(Assembly.GetExecutingAssembly().Location)!);
        while (folder.Parent is not null && !File.Exists(Path.Combine(folder.FullName, "AspireChat.sln")))
        {
            folder = folder.Parent;
        }

        return folder.FullName;
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
            var output = await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return output.Trim();
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return ""; // It is not installed.
        }
    }
}
