namespace AspireChat.Tests.Infrastructure;

/// <summary>A new folder of the run, gone when disposed; and in any case when the run ends.</summary>
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
            // Something that was killed a moment ago still wrote; the reaper removes it with the rest.
        }
    }
}
