namespace AspireChat.Client.Names;

/// <summary>Tells the rooms of this client who came online or registered anew, at the time when the name server tells it.</summary>
public sealed class UserArrivals
{
    /// <summary>A user came online, or registered anew. Handlers must be quick and must not throw.</summary>
    public event Action<string>? Came;

    /// <summary>Tells that a user came.</summary>
    public void Tell(string user) => Came?.Invoke(user);
}
