using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Groups;

/// <summary>The section <c>Chat:Groups</c>.</summary>
public sealed class GroupOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat:Groups";

    /// <summary>
    /// How long a member counts as in the room without renewing (<c>Chat:Groups:Lease</c>); 1 s to 5 min. A client renews
    /// three times per lease.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan Lease { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How many bytes a member's queue holds before it drops the oldest messages (<c>Chat:Groups:MaxQueueBytes</c>); 1 MiB
    /// to 100 GiB. Cannot be changed for an existing queue: the broker refuses to declare it with another limit.
    /// </summary>
    [Range(1024L * 1024, 100L * 1024 * 1024 * 1024)]
    public long MaxQueueBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>
    /// How long a member's unused queue is kept, and a message in a log (<c>Chat:Groups:ExpiresAfter</c>); 1 min to 49 days. Cannot be
    /// changed for an existing queue, or log at RabbitMQ.
    /// </summary>
    [Range(typeof(TimeSpan), "00:01:00", "49.00:00:00")]
    public TimeSpan ExpiresAfter { get; set; } = TimeSpan.FromDays(29);

    /// <summary>
    /// How many bytes a group's log at RabbitMQ holds before it drops the oldest messages (<c>Chat:Groups:MaxLogBytes</c>); 1 MiB to
    /// 100 GiB, in steps of an eighth. Cannot be changed for an existing log.
    /// </summary>
    [Range(1024L * 1024, 100L * 1024 * 1024 * 1024)]
    public long MaxLogBytes { get; set; } = 256L * 1024 * 1024;

    /// <summary>The same limit for a group's log at Redis, which keeps it in memory (<c>Chat:Groups:MaxRedisLogBytes</c>).</summary>
    [Range(1024L * 1024, 100L * 1024 * 1024 * 1024)]
    public long MaxRedisLogBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>
    /// How often the broker delivers an unacknowledged message before it drops it (<c>Chat:Groups:DeliveryLimit</c>); 10 to
    /// 10,000. Cannot be changed for an existing queue.
    /// </summary>
    [Range(10, 10_000)]
    public int DeliveryLimit { get; set; } = 100;

    /// <summary>
    /// How many bytes of batches this client holds in all groups until the name server can verify their senders
    /// (<c>Chat:Groups:MaxHeldBytes</c>); 64 KiB to 1 GiB. Each batch counts 1 KiB more than its size.
    /// </summary>
    [Range(64L * 1024, 1024L * 1024 * 1024)]
    public long MaxHeldBytes { get; set; } = 64L * 1024 * 1024;

    /// <summary>The same limit for one sender's key (<c>Chat:Groups:MaxHeldBytesPerKey</c>); 64 KiB to 1 GiB.</summary>
    [Range(64L * 1024, 1024L * 1024 * 1024)]
    public long MaxHeldBytesPerKey { get; set; } = 4L * 1024 * 1024;

    /// <summary>How long joining waits for the server that carries the group (<c>Chat:Groups:JoinTimeout</c>); 1 s to 1 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:01:00")]
    public TimeSpan JoinTimeout { get; set; } = TimeSpan.FromSeconds(10);
}

/// <summary>Checks <see cref="GroupOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class GroupOptionsValidator : IValidateOptions<GroupOptions>;
