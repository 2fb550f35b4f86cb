using AspireChat.Client.Faults;

namespace AspireChat.Client.Identity;

/// <summary>
/// The folder that holds one user's key and history. This process locks it for its lifetime, so that two processes of one
/// user never write the same history or use the same key.
/// </summary>
public sealed class DataDirectory : IDisposable
{
    private const string LockFile = "lock";

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream held)
    {
        Path = path;
        _lock = held;
    }

    /// <summary>The full path.</summary>
    public string Path { get; }

    /// <summary>The full path of a file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <summary>Creates the folder if it is missing (readable by the owner only) and locks it.</summary>
    /// <exception cref="ClientStartException">The folder cannot be written, or another process holds it.</exception>
    public static DataDirectory Open(string path)
    {
        var full = System.IO.Path.GetFullPath(path);
        try
        {
            if (OperatingSystem.IsWindows())
            {
                Directory.CreateDirectory(full);
            }
            else
            {
                Directory.CreateDirectory(full, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            }

            // FileShare.None is an advisory flock on Unix: every client takes it, and it is released when the process ends.
            var held = new FileStream(
                System.IO.Path.Combine(full, LockFile), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new DataDirectory(full, held);
        }
        catch (UnauthorizedAccessException)
        {
            throw new ClientStartException($"The data directory {full} cannot be written; set Chat:DataDirectory to one that can.");
        }
        catch (IOException)
        {
            throw new ClientStartException(
                $"The data directory {full} is in use by another client or cannot be created; end that client, or set Chat:DataDirectory to another folder.");
        }
    }

    /// <summary>Whether a client uses a folder now.</summary>
    public static bool IsInUse(string path)
    {
        var held = System.IO.Path.Combine(path, LockFile);
        try
        {
            if (System.IO.File.Exists(held))
            {
                using var free = new FileStream(held, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }

            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>The folder used when <c>Chat:DataDirectory</c> is not set.</summary>
    public static string DefaultFor(string user) => System.IO.Path.Combine(
        // Not created here: if creation is forbidden, Open reports it in its own sentence.
        Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify),
        "AspireChat",
        user);

    /// <summary>Releases the folder.</summary>
    public void Dispose() => _lock.Dispose();
}
