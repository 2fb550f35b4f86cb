namespace AspireChat.Tests.Infrastructure;

/// <summary>A new temporary folder, deleted when disposed and at the latest when the run ends.</summary>
public sealed class TempFolder : IDisposable
{
    private static int _count;

    public TempFolder(string name) => FullName = Directory.CreateDirectory(
        Path.Combine(ProcessReaper.RunFolder, $"{Interlocked.Increment(ref _count)}-{name}")).FullName;

    /// <summary>Its absolute path.</summary>
    public string FullName { get; }

    /// <summary>The absolute path of a file in it.</summary>
    public string File(string name) => Path.Combine(FullName, name);

    public void Dispose()
    {
        try
        {
            Directory.Delete(FullName, recursive: true);
        }
        catch (IOException)
        {
            // A process that was just killed still wrote; the reaper deletes the folder.
        }
    }
}
