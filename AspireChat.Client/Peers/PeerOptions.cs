using System.ComponentModel.DataAnnotations;
using System.Net;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>The section <c>Chat:Peer</c>: this client's peer port and its connections to peers.</summary>
public sealed class PeerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:Peer";

    /// <summary>The IP address to listen on (<c>Chat:Peer:Address</c>). The default can be reached from this machine only.</summary>
    [Required]
    public string Address { get; set; } = "127.0.0.1";

    /// <summary>The port to listen on (<c>Chat:Peer:Port</c>); 0 chooses a free one.</summary>
    [Range(0, 65_535)]
    public int Port { get; set; }

    /// <summary>
    /// How long a registered user may be out of reach before letters are left (<c>Chat:Peer:AwayAfter</c>); 0 to 5 min. One who is not
    /// registered gets letters at once or, without a mailbox, fails after this time. The default is the lease of a registration
    /// (<c>Chat:NameServer:Lease</c>): a client that crashed stays registered that long, and may come back.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:05:00")]
    public TimeSpan? AwayAfter { get; set; }

    /// <summary>The longest wait between two attempts to reach a peer (<c>Chat:Peer:MaxBackoff</c>); 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>How long one attempt to connect may take (<c>Chat:Peer:ConnectTimeout</c>); 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan ConnectTimeout { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How long an incoming stream may be silent before it is closed (<c>Chat:Peer:IdleTimeout</c>); 1 s to 1 day. The other
    /// side opens a new one for its next message.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00")]
    public TimeSpan IdleTimeout { get; set; } = TimeSpan.FromMinutes(30);

    /// <summary>How many calls one peer may have open at a time (<c>Chat:Peer:MaxCallsPerPeer</c>); 2 to 100.</summary>
    [Range(2, 100)]
    public int MaxCallsPerPeer { get; set; } = 8;

    /// <summary>
    /// How many bytes of one peer are stored per second, once <see cref="BurstBytes"/> are used up
    /// (<c>Chat:Peer:BytesPerSecond</c>); 1 KiB to 1 GiB. A faster sender is read more slowly.
    /// </summary>
    [Range(1024, 1024 * 1024 * 1024)]
    public int BytesPerSecond { get; set; } = 1024 * 1024;

    /// <summary>
    /// How many bytes of one peer are stored as fast as they arrive (<c>Chat:Peer:BurstBytes</c>); 16 KiB to 1 GiB. The
    /// default is enough for a few seconds at 100,000 short messages per second.
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

    /// <summary>How many other users may wait for this user's answer (<c>Chat:Peer:MaxWaitingRequests</c>); 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxWaitingRequests { get; set; } = 100;

    /// <summary>
    /// How long a connection may be open before a peer greets on it (<c>Chat:Peer:GreetingTimeout</c>); 1 s to 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan GreetingTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>
    /// How many connections from one address may wait for a greeting (<c>Chat:Peer:MaxStrangersPerAddress</c>); 1 to 10,000.
    /// If there are more, the oldest ends.
    /// </summary>
    [Range(1, 10_000)]
    public int MaxStrangersPerAddress { get; set; } = 64;

    /// <summary>How many connections from all addresses may wait for a greeting (<c>Chat:Peer:MaxStrangers</c>); 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxStrangers { get; set; } = 512;

    /// <summary>How many connections all peers together may have (<c>Chat:Peer:MaxConnections</c>); 1 to 100,000.</summary>
    [Range(1, 100_000)]
    public int MaxConnections { get; set; } = 2_000;
}

/// <summary>Checks <see cref="PeerOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class PeerOptionsValidator : IValidateOptions<PeerOptions>;

/// <summary>Checks what attributes cannot express.</summary>
public sealed class PeerAddressValidator : IValidateOptions<PeerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, PeerOptions options) => IPAddress.TryParse(options.Address, out _)
        ? ValidateOptionsResult.Success
        : ValidateOptionsResult.Fail($"{PeerOptions.Section}:{nameof(PeerOptions.Address)} is '{options.Address}'; it must be an IP address, for example 127.0.0.1 or 0.0.0.0.");
}
