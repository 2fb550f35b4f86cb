namespace AspireChat.Client.Identity;

/// <summary>
/// How peers see this client: its name, its key, and its address. The peer server sets the address, and the registration at
/// the name server the epoch; both are read wherever this client introduces itself.
/// </summary>
public sealed class LocalPeer(string name, PeerIdentity identity)
{
    private readonly TaskCompletionSource<Uri> _address = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _epoch;

    /// <summary>The name of this user.</summary>
    public string Name { get; } = name;

    /// <summary>This client's key.</summary>
    public PeerIdentity Identity { get; } = identity;

    /// <summary>This client's peer address, <c>https://host:port</c>; completes once the peer server listens.</summary>
    public Task<Uri> Address => _address.Task;

    /// <summary>
    /// The epoch of the newest registration with this key: that of an earlier process until this one is registered; 0 before
    /// the first.
    /// </summary>
    public long Epoch
    {
        get => Interlocked.Read(ref _epoch);
        set => Interlocked.Exchange(ref _epoch, value);
    }

    /// <summary>Sets where the peer server listens; once per process.</summary>
    public void ListensAt(Uri address) => _address.TrySetResult(address);
}
