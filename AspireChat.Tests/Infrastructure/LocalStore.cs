using AspireChat.Client.History;
using AspireChat.Client.Identity;

namespace AspireChat.Tests.Infrastructure;

/// <summary>The store of a user in this process: the client's classes over a temporary folder.</summary>
public sealed class LocalStore : IAsyncDisposable
{
    private readonly TempFolder? _folder;
    private readonly DataDirectory _directory;
    private readonly PeerIdentity _identity;

    /// <summary>Opens a store.</summary>
    /// <param name="user">The owner of the store.</param>
    /// <param name="path">The folder of the store; a new one if null.</param>
    public LocalStore(string user = "alice", string? path = null)
    {
        _folder = path is null ? new TempFolder(user) : null;
        _directory = DataDirectory.Open(path ?? _folder!.FullName);
        _identity = PeerIdentity.LoadOrCreate(_directory, user);
        Database = new ChatDatabase(_directory, Log);
        Messages = new MessageStore(Database, new LocalPeer(user, _identity), TimeProvider.System);
        KnownPeers = new KnownPeers(Database);
    }

    /// <summary>The folder of the store.</summary>
    public string Path => _directory.Path;

    public ChatDatabase Database { get; }

    /// <summary>The log of the database.</summary>
    public LogLines<ChatDatabase> Log { get; } = new();

    public MessageStore Messages { get; }

    public KnownPeers KnownPeers { get; }

    /// <summary>Copies the files as they are now, as a crash would leave them.</summary>
    public void CopyTo(TempFolder folder)
    {
        foreach (var file in Directory.GetFiles(Path, "chat.db*").Append(_directory.File("identity.pem")))
        {
            // A crash destroys the shared-memory index.
            if (!file.EndsWith("-shm", StringComparison.Ordinal))
            {
                File.Copy(file, folder.File(System.IO.Path.GetFileName(file)));
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        await Database.DisposeAsync();
        _identity.Dispose();
        _directory.Dispose();
        _folder?.Dispose();
    }
}
