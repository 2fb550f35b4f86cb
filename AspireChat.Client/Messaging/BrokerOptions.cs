using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Messaging;

/// <summary>The section <c>Chat:Broker</c>: how this client treats RabbitMQ.</summary>
public sealed class BrokerOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:Broker";

    /// <summary>
    /// Further nodes of the RabbitMQ cluster that the connection string names one node of (<c>Chat:Broker:OtherNodes</c>),
    /// separated by commas: <c>host</c> or <c>host:port</c>, without a port that of the connection string. User, password,
    /// virtual host and TLS are the same for all. Each connection goes to one of them, in random order.
    /// </summary>
    public string OtherNodes { get; set; } = "";

    /// <summary>
    /// How long a publish may wait for its confirm (<c>Chat:Broker:PublishDeadline</c>) before the connection is given
    /// up and the message sent again on a new one; 500 ms to 1 min.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.5", "00:01:00")]
    public TimeSpan PublishDeadline { get; set; } = TimeSpan.FromSeconds(5);

    /// <summary>How many publishes of one conversation may wait for their confirm (<c>Chat:Broker:PublishWindow</c>); 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int PublishWindow { get; set; } = 128;

    /// <summary>How many deliveries a consumer takes before it acknowledges (<c>Chat:Broker:Prefetch</c>); 1 to 10,000.</summary>
    [Range(1, 10_000)]
    public int Prefetch { get; set; } = 100;

    /// <summary>The longest wait between two tries to connect (<c>Chat:Broker:MaxBackoff</c>); 100 ms to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:00.1", "00:01:00")]
    public TimeSpan MaxBackoff { get; set; } = TimeSpan.FromSeconds(3);

    /// <summary>The largest body that is looked at (<c>Chat:Broker:MaxBodyBytes</c>); larger ones are refused. 256 KiB to 16 MiB.</summary>
    [Range(256 * 1024, 16 * 1024 * 1024)]
    public int MaxBodyBytes { get; set; } = 1024 * 1024;
}

/// <summary>Checks <see cref="BrokerOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class BrokerOptionsValidator : IValidateOptions<BrokerOptions>;
