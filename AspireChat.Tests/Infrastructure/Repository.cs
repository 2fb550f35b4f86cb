namespace AspireChat.Tests.Infrastructure;

/// <summary>Where the repository lies.</summary>
internal static class Repository
{
    /// <summary>The full path of a file or folder in it.</summary>
    public static string At(params string[] path)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AspireChat.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return Path.Combine([folder, .. path]);
    }
}
