namespace AspireChat.Client.Names;

/// <summary>The section <c>Chat:NameServer</c>: how this client keeps its name at the name server.</summary>
public sealed class NameServerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:NameServer";

    /// <summary>
    /// How long a registration lives without being renewed (<c>Chat:NameServer:Lease</c>): a crashed client is listed
    /// for at most this long. 1 s to 5 min.
    /// </summary>
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often it is renewed (<c>Chat:NameServer:RenewEvery</c>): at least 100 ms, and less than half of
    /// <see cref="Lease"/>, so that one renewal may be missed.
    /// </summary>
    public TimeSpan RenewEvery { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long a name stays with its key after its last use (<c>Chat:NameServer:ClaimFor</c>): at least
    /// <see cref="Lease"/>, at most ten years.
    /// </summary>
    public TimeSpan ClaimFor { get; set; } = TimeSpan.FromDays(30);

    /// <summary>
    /// How long an operation that needs this client to be registered waits for that after the start, unless the name server is
    /// known to be away (<c>Chat:NameServer:StartPatience</c>): 0 to 1 min.
    /// </summary>
    public TimeSpan StartPatience { get; set; } = TimeSpan.FromSeconds(10);
}
