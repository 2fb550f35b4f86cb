using System.Security.Cryptography;

namespace AspireChat.AppHost.Settings;

/// <summary>
/// The folder with everything that outlasts one run: the servers' data, the clients' identities and histories, and the
/// passwords and tokens between them. Readable by its owner only.
/// </summary>
/// <remarks>Two hosts with one folder would start two servers over the same files; hence the lock.</remarks>
internal sealed class DataFolder : IDisposable
{
    private const int SecretLength = 32;
    private const string SecretCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const UnixFileMode OwnerOnlyFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerOnlyFolder = OwnerOnlyFile | UnixFileMode.UserExecute;

    private readonly FileStream _lock;

    private DataFolder(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>
    /// The folder used when none is asked for: <c>aspirechat</c> in the place for programs' state, which is
    /// <c>$XDG_STATE_HOME</c> or <c>~/.local/state</c> (XDG Base Directory Specification), on Windows
    /// <c>%LOCALAPPDATA%</c>.
    /// </summary>
    public static string DefaultPath
    {
        get
        {
            if (OperatingSystem.IsWindows())
            {
                return System.IO.Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData), "aspirechat");
            }

            // A relative path there is to be ignored, says the specification.
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            return System.IO.Path.IsPathRooted(state)
                ? System.IO.Path.Combine(state, "aspirechat")
                : System.IO.Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "aspirechat");
        }
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if need be and locks it for as long as this object lives.</summary>
    /// <param name="path">The folder; null: <see cref="DefaultPath"/>.</param>
    /// <exception cref="HostException">It cannot be written, or another host uses it.</exception>
    public static DataFolder Open(string? path)
    {
        var full = System.IO.Path.GetFullPath(string.IsNullOrEmpty(path) ? DefaultPath : path);
        try
        {
            Create(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The data folder {full} cannot be made: use another one with --data.");
        }

        try
        {
            // FileShare.None is an advisory flock on Unix; it goes with the process, however that ends.
            return new DataFolder(full, new FileStream(
                System.IO.Path.Combine(full, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (UnauthorizedAccessException)
        {
            throw new HostException($"The data folder {full} cannot be written: use another one with --data.");
        }
        catch (IOException)
        {
            throw new HostException(
                $"AspireChat runs already with the data folder {full}: stop it first, or give this one a folder of its own with --data.");
        }
    }

    /// <summary>The path of a folder in it, which is made if need be.</summary>
    /// <exception cref="HostException">It cannot be made; there may be a file of that name.</exception>
    public string Folder(params string[] names)
    {
        var full = System.IO.Path.Combine([Path, .. names]);
        try
        {
            Create(full);
            return full;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The folder {full} cannot be made: use another data folder with --data.");
        }
    }

    /// <summary>
    /// A secret that is made at the first use and stays the same afterwards: 32 letters and digits, about 190 bits,
    /// none of which needs escaping in connection strings, configuration files or shells.
    /// </summary>
    public string Secret(string name)
    {
        var file = System.IO.Path.Combine(Folder("secrets"), name);
        if (File.Exists(file) && Read(file) is { Length: SecretLength } known)
        {
            return known;
        }

        var secret = RandomNumberGenerator.GetString(SecretCharacters, SecretLength);
        Write(file, secret);
        return secret;
    }

    /// <summary>Writes a file that only its owner can read, replacing what was there.</summary>
    /// <exception cref="HostException">It cannot be written.</exception>
    public static void Write(string file, string content)
    {
        try
        {
            Replace(file, content);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The file {file} cannot be written: use another data folder with --data.");
        }
    }

    /// <summary>Releases the folder.</summary>
    public void Dispose() => _lock.Dispose();

    private static string Read(string file)
    {
        try
        {
            return File.ReadAllText(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The file {file} cannot be read: use another data folder with --data.");
        }
    }

    private static void Replace(string file, string content)
    {
        // Beside its place and then moved there: a crash leaves the old content or the new, never half of it.
        var beside = file + ".new";
        File.Delete(beside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = OwnerOnlyFile;
        }

        using (var writer = new StreamWriter(beside, options))
        {
            writer.Write(content);
        }

        File.Move(beside, file, overwrite: true);
    }

    private static void Create(string folder)
    {
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(folder);
        }
        else
        {
            Directory.CreateDirectory(folder, OwnerOnlyFolder);
        }
    }
}
