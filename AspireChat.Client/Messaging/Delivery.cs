using AspireChat.Client.History;
using AspireChat.Client.Wire;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>One message of a queue, a log or a channel.</summary>
/// <param name="Tag">The delivery tag that acknowledges it on its channel of RabbitMQ.</param>
/// <param name="Body">A copy of the body; empty if the body is too large to read.</param>
/// <param name="Properties">Its properties.</param>
/// <param name="Size">The body's size in bytes.</param>
/// <param name="IsRedelivered">Whether the broker may have delivered it before.</param>
internal sealed record Delivery(
    ulong Tag, ReadOnlyMemory<byte> Body, IReadOnlyBasicProperties Properties, int Size, bool IsRedelivered = false)
{
    // Several times what a sender makes; no time is spent on more.
    private const int LargestBatch = 1024 * 1024;

    private static readonly BasicProperties OfBatches = new() { ContentType = SignedBatch.ContentType };

    /// <summary>The step over it in a group's log; null elsewhere.</summary>
    public LogStep? Step { get; init; }

    /// <summary>A signed batch from where bodies have no properties.</summary>
    public static Delivery OfBatch(ReadOnlyMemory<byte> body) =>
        new(Tag: 0, body.Length <= LargestBatch ? body : default, OfBatches, body.Length);
}
