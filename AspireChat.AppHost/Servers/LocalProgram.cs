namespace AspireChat.AppHost.Servers;

/// <summary>How to start a program of this machine.</summary>
/// <param name="Name">The name that users see, for example <c>redis</c>.</param>
/// <param name="FileName">The program's full path.</param>
/// <param name="Arguments">Its arguments; never secrets, because every user of the machine can read them.</param>
/// <param name="Environment">Variables that are set in addition to the host's.</param>
/// <param name="WorkingDirectory">Its working directory.</param>
internal sealed record LocalProgram(
    string Name,
    string FileName,
    IReadOnlyList<string> Arguments,
    IReadOnlyDictionary<string, string> Environment,
    string WorkingDirectory)
{
    /// <summary>Finds a program on the <c>PATH</c> and in other folders, which come first.</summary>
    /// <returns>Its full path, or null.</returns>
    public static string? Find(string program, params IEnumerable<string> foldersBefore)
    {
        var path = System.Environment.GetEnvironmentVariable("PATH") ?? "";
        return foldersBefore
            .Concat(path.Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries))
            .Concat(OperatingSystem.IsWindows() ? [] : ["/usr/local/sbin", "/usr/sbin"]) // often missing on users' PATH
            .Select(folder => Path.Combine(folder, program))
            .FirstOrDefault(File.Exists);
    }
}
