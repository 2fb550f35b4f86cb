namespace AspireChat.Client.Names;

/// <summary>Tells the rooms of this client who came online, at the time when the name server's list shows it.</summary>
public sealed class UserArrivals
{
    /// <summary>A user came online. Handlers must be quick and must not throw.</summary>
    public event Action<string>? Came;

    /// <summary>Tells that a user came online.</summary>
    public void Tell(string user) => Came?.Invoke(user);
}
