using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Messaging;

/// <summary>The section <c>Chat:Broker</c>: how this client treats RabbitMQ.</summary>
public sealed class BrokerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:Broker";

    /// <summary>
    /// The other nodes of the RabbitMQ cluster, besides the one in the connection string (<c>Chat:Broker:OtherNodes</c>),
    /// separated by commas: <c>host</c> or <c>host:port</c>; the default port is that of the connection string. User, password,
    /// virtual host and TLS are the same for all nodes. Each connection goes to one node, chosen in random order.
    /// </summary>
    public string OtherNodes { get; set; } = "";

    /// <summary>
    /// How long a publish may wait for its confirm (<c>Chat:Broker:PublishDeadline</c>) before the client gives up the
    /// connection and sends the message again on a new one; 500 ms to 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan PublishDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many publishes per conversation may wait for their confirm (<c>Chat:Broker:PublishWindow</c>); 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int PublishWindow { get; set; } = 128;

    /// <summary>How many unacknowledged deliveries a consumer may have (<c>Chat:Broker:Prefetch</c>); 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Prefetch { get; set; } = 100;

    /// <summary>The longest wait between two attempts to connect (<c>Chat:Broker:MaxBackoff</c>); 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The largest body that is read (<c>Chat:Broker:MaxBodyBytes</c>); larger ones are refused. 256 KiB to 16 MiB.</summary>
    [Range(256 * 1024, 16 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;
}

/// <summary>Checks <see cref="BrokerOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class BrokerOptionsValidator : IValidateOptions<BrokerOptions>;
