using System.Text.Json.Serialization;

namespace AspireChat.Bench.Compare;

/// <summary>What was measured of one kind of group, with one number of members. What is null was not measured.</summary>
/// <param name="mode">The kind.</param>
/// <param name="members">How many members, the sender not counted.</param>
internal sealed class KindFigures(GroupMode mode, int members)
{
    private const string RedisKinds = "redis-";

    /// <summary>The kind's word.</summary>
    public string Kind => mode.Word;

    /// <summary>Whether nothing may be lost.</summary>
    public bool IsKept => mode.IsKept;

    /// <summary>How many members, the sender not counted.</summary>
    public int Members => members;

    /// <summary>The name of its group.</summary>
    [JsonIgnore]
    public string Group { get; } = $"{mode.Word}-{members}";

    /// <summary>Whether its messages travel over Redis.</summary>
    public bool IsOverRedis => mode.Word.StartsWith(RedisKinds, StringComparison.Ordinal);

    /// <summary>Milliseconds from the sender's call until half of the deliveries were stored, at a pace, with all kinds at once.</summary>
    public double? P50 { get; set; }

    /// <summary>Milliseconds until 99 % were stored.</summary>
    public double? P99 { get; set; }

    /// <summary>Deliveries in a second, of texts that were sent all at once.</summary>
    public double? DeliveriesPerSecond { get; set; }

    /// <summary>What the burst cost at RabbitMQ.</summary>
    public Cost? RabbitMq { get; set; }

    /// <summary>What the burst cost at Redis.</summary>
    public Cost? Redis { get; set; }

    /// <summary>What the burst cost at the server over which the kind's messages travel.</summary>
    [JsonIgnore]
    public Cost? Carrier => IsOverRedis ? Redis : RabbitMq;

    /// <summary>Processor milliseconds of both servers for 1,000 deliveries.</summary>
    public double? ProcessorPer1000 => RabbitMq?.ProcessorPer1000 + Redis?.ProcessorPer1000;

    /// <summary>The sets while nothing was killed.</summary>
    public Difference? Quiet { get; set; }

    /// <summary>RabbitMQ was killed.</summary>
    public Outage? RabbitMqKilled { get; set; }

    /// <summary>Redis was killed.</summary>
    public Outage? RedisKilled { get; set; }

    /// <summary>The members' histories at the end, of all texts.</summary>
    public Difference? Stored { get; set; }

    /// <summary>What happens at this moment; null in a report.</summary>
    [JsonIgnore]
    public Moment? Now { get; set; }

    /// <summary>What breaks the kind's promise, as sentences.</summary>
    public IEnumerable<string> FindBroken() => !IsKept ? [] :
        new (string When, Difference? Found)[]
        {
            ("while nothing was killed", Quiet),
            ("when RabbitMQ was killed", RabbitMqKilled?.Shown),
            ("when Redis was killed", RedisKilled?.Shown),
            ("in the histories at the end", Stored),
        }
        .Where(set => set.Found is { Lost: > 0 } or { Doubled: > 0 })
        .Select(set => $"{Kind} with {Members} members, {set.When}: {set.Found}.");
}

/// <summary>What a burst cost at a server.</summary>
/// <param name="ProcessorPer1000">Processor milliseconds for 1,000 deliveries.</param>
/// <param name="Memory">The most resident memory meanwhile, in MiB.</param>
/// <param name="BytesPerText">By how many bytes its data folder grew for each text; negative: it has cleared up meanwhile.</param>
internal sealed record Cost(double ProcessorPer1000, double Memory, double BytesPerText);

/// <summary>What the death of a server meant for a kind of group.</summary>
/// <param name="Shown">Of the texts that were sent around it: what members lack, or were shown twice.</param>
/// <param name="Refused">Texts that the sender's client did not accept.</param>
/// <param name="Seconds">From the kill until the first text that was sent after it had reached all members; null: none did.</param>
internal sealed record Outage(Difference Shown, int Refused, double? Seconds);

/// <summary>A kind of group at a moment.</summary>
/// <param name="TextsPerSecond">Texts that reach each member in a second.</param>
/// <param name="P50">Milliseconds of half of the phase's deliveries so far.</param>
/// <param name="P99">Milliseconds of 99 % of them.</param>
/// <param name="Lost">What is still missing, while the run waits for it; null otherwise.</param>
/// <param name="Doubled">What was shown twice since the group began.</param>
internal sealed record Moment(double TextsPerSecond, double? P50, double? P99, int? Lost, long Doubled);
