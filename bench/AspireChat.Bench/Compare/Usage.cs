using System.Diagnostics;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Compare;

/// <summary>What a server has used so far.</summary>
/// <param name="Milliseconds">Its processor time.</param>
/// <param name="Memory">Its resident memory, in MiB.</param>
/// <param name="Bytes">The size of its data folder.</param>
internal sealed record Usage(double Milliseconds, double Memory, long Bytes)
{
    private static readonly EnumerationOptions All = new() { RecurseSubdirectories = true, IgnoreInaccessible = true, AttributesToSkip = 0 };

    /// <summary>Looks.</summary>
    public static Usage Of(IRestartable server)
    {
        using var process = Process.GetProcessById(server.ProcessId);
        return new Usage(process.TotalProcessorTime.TotalMilliseconds, MemoryOf(process), SizeOf(new DirectoryInfo(server.DataFolder)));
    }

    /// <summary>The resident memory of a server at this moment, in MiB.</summary>
    public static double MemoryOf(IRestartable server)
    {
        using var process = Process.GetProcessById(server.ProcessId);
        return MemoryOf(process);
    }

    private static double MemoryOf(Process process) => process.WorkingSet64 / 1024.0 / 1024.0;

    private static long SizeOf(DirectoryInfo folder) => folder.Exists ? folder.EnumerateFiles("*", All).Sum(SizeOf) : 0;

    private static long SizeOf(FileInfo file)
    {
        try
        {
            return file.Length;
        }
        catch (FileNotFoundException)
        {
            return 0; // The server has just deleted it.
        }
    }
}
