using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>The section <c>Chat:Peer</c>: the own peer port and the connections to others.</summary>
public sealed class PeerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:Peer";

    /// <summary>The IP address to listen on (<c>Chat:Peer:Address</c>). The default is reached from this machine only.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on (<c>Chat:Peer:Port</c>); 0 takes a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; }

    /// <summary>
    /// How long after the last contact a user who is not registered counts as away instead of restarting
    /// (<c>Chat:Peer:AwayAfter</c>); 0 to 5 min. If not set, as long as a registration lives without being renewed
    /// (<c>Chat:NameServer:Lease</c>): who crashed is registered that long, and may come back.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan? AwayAfter { get; set; }

    /// <summary>The longest wait between two tries to reach a peer (<c>Chat:Peer:MaxBackoff</c>); 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long one try to connect may take (<c>Chat:Peer:ConnectTimeout</c>); 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// After how long without a message an incoming stream is closed (<c>Chat:Peer:IdleTimeout</c>); 1 s to 1 day. The
    /// other side opens it again when it has something to say.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many calls of one peer may be open at a time (<c>Chat:Peer:MaxCallsPerPeer</c>); 2 to 100.</summary>
    [Range(2, 100)]
    public int MaxCallsPerPeer { get; set; } = 8;

    /// <summary>
    /// How many bytes of one peer are stored per second, once <see cref="BurstBytes"/> are used up
    /// (<c>Chat:Peer:BytesPerSecond</c>); 1 KiB to 1 GiB. Whoever sends more is read more slowly.
    /// </summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int BytesPerSecond { get; set; } = 1024 * 1024;

    /// <summary>
    /// How many bytes of one peer are stored as fast as they come (<c>Chat:Peer:BurstBytes</c>); 16 KiB to 1 GiB. The
    /// default is some seconds of 100,000 short messages each.
    /// </summary>
    [Range(16 * 1024, 1024 * 1024 * 1024)]
    public int BurstBytes { get; set; } = 64 * 1024 * 1024;

    /// <summary>
    /// Under how many names one key may ask for a chat within an hour (<c>Chat:Peer:MaxNamesPerKey</c>); 1 to 10,000.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxNamesPerKey { get; set; } = 3;

    /// <summary>
    /// How often one key may ask for a chat that is not open (<c>Chat:Peer:MaxRequestsPerMinute</c>); 1 to 10,000.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxRequestsPerMinute { get; set; } = 20;

    /// <summary>How many others may wait for this user's answer (<c>Chat:Peer:MaxWaitingRequests</c>); 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWaitingRequests { get; set; } = 100;

    /// <summary>
    /// How long a connection may be open before somebody greets on it (<c>Chat:Peer:GreetingTimeout</c>); 1 s to 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan GreetingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many connections of one address may wait for a greeting (<c>Chat:Peer:MaxStrangersPerAddress</c>); 1 to
    /// 10,000. Beyond, the oldest of them ends.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxStrangersPerAddress { get; set; } = 64;

    /// <summary>How many connections of all addresses may wait for a greeting (<c>Chat:Peer:MaxStrangers</c>); 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxStrangers { get; set; } = 512;

    /// <summary>How many connections all peers together may have (<c>Chat:Peer:MaxConnections</c>); 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 2_000;
}

/// <summary>Checks <see cref="PeerOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class PeerOptionsValidator : IValidateOptions<PeerOptions>;

/// <summary>Checks what attributes cannot say.</summary>
public sealed class PeerAddressValidator : IValidateOptions<PeerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PeerOptions options) => IPAddress.TryParse(options.Address, out _)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{PeerOptions.Section}:{nameof(PeerOptions.Address)} is '{options.Address}'; it must be an IP address, for example 127.0.0.1 or 0.0.0.0.");
}
