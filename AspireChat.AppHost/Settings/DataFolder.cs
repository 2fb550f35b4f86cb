using System.Security.Cryptography;

namespace AspireChat.AppHost.Settings;

/// <summary>
/// The folder for everything that outlasts one run: the servers' data, the clients' identities and histories, and their
/// passwords and tokens. Only its owner can read it.
/// </summary>
/// <remarks>A lock protects it: two hosts with one folder would start two servers on the same files.</remarks>
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
    /// The default folder: <c>aspirechat</c> in the folder for programs' state, which is <c>$XDG_STATE_HOME</c> or
    /// <c>~/.local/state</c> (XDG Base Directory Specification), on Windows <c>%LOCALAPPDATA%</c>.
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

            // The specification says that a relative path is to be ignored.
            var state = Environment.GetEnvironmentVariable("XDG_STATE_HOME");
            return System.IO.Path.IsPathRooted(state)
                ? System.IO.Path.Combine(state, "aspirechat")
                : System.IO.Path.Combine(
                    Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".local", "state", "aspirechat");
        }
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>Creates the folder if necessary and locks it until this object is disposed.</summary>
    /// <param name="path">The folder; null: <see cref="DefaultPath"/>.</param>
    /// <exception cref="HostException">The folder cannot be written, or another host uses it.</exception>
    public static DataFolder Open(string? path)
    {
        var full = System.IO.Path.GetFullPath(string.IsNullOrEmpty(path) ? DefaultPath : path);
        try
        {
            Create(full);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new HostException($"The data folder {full} cannot be created: use another one with --data.");
        }

        try
        {
            // FileShare.None is an advisory flock on Unix; it ends with the process, however that ends.
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
                $"AspireChat is already running with the data folder {full}: stop it first, or use another folder with --data.");
        }
    }

    /// <summary>Returns the path of a subfolder, which is created if necessary.</summary>
    /// <exception cref="HostException">The folder cannot be created; a file of that name may exist.</exception>
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
            throw new HostException($"The folder {full} cannot be created: use another data folder with --data.");
        }
    }

    /// <summary>
    /// Returns a secret that is created at its first use and then stays the same: 32 letters and digits, about 190 bits,
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

    /// <summary>Writes a file that only its owner can read, and replaces an existing one.</summary>
    /// <exception cref="HostException">The file cannot be written.</exception>
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
        // Written beside the file and then moved over it: a crash leaves the old content or the new, never half of it.
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
