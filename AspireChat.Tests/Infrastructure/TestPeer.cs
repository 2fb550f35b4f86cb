using AspireChat.Client.Identity;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A user with a key in this process, without a client.</summary>
public sealed class TestPeer : IDisposable
{
    private readonly TempFolder _folder;
    private readonly DataDirectory _directory;

    /// <summary>Makes a user with a new key.</summary>
    public TestPeer(string name)
    {
        _folder = new TempFolder(name);
        _directory = DataDirectory.Open(_folder.FullName);
        Peer = new LocalPeer(name, PeerIdentity.LoadOrCreate(_directory, name));
    }

    /// <summary>The user.</summary>
    public LocalPeer Peer { get; }

    public void Dispose()
    {
        Peer.Identity.Dispose();
        _directory.Dispose();
        _folder.Dispose();
    }
}
