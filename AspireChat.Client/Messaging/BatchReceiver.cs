using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Messaging;

/// <summary>
/// What every consumer of message batches does with a delivery before anything is kept: opens it, checks its
/// signature, and checks that the key may speak for the name. What fails is refused whole and reported.
/// </summary>
internal sealed partial class BatchReceiver(
    NameTrust trust, LocalPeer self, LiveEvents events, TimeProvider time, ILogger<BatchReceiver> logger)
{
    /// <summary>Opens a delivery.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="conversation">Where it came.</param>
    /// <param name="stopping">Ends the waiting for a name server that is away.</param>
    /// <param name="keepOwn">Whether what this client sent itself is taken; in a group it is the own copy.</param>
    /// <returns>The batch; null if it is the own copy, or was refused.</returns>
    public async Task<OpenedBatch?> OpenAsync(
        Delivery delivery, Conversation conversation, CancellationToken stopping, bool keepOwn = false)
    {
        try
        {
            var batch = Open(delivery, conversation);
            if (batch.Fingerprint == self.Identity.Fingerprint)
            {
                return keepOwn ? batch : null;
            }

            await CheckAsync(batch, stopping);
            return batch;
        }
        catch (BatchRefusedException e)
        {
            Refuse(conversation, e.Message);
            return null;
        }
    }

    /// <summary>Reports a batch that is refused whole.</summary>
    /// <param name="conversation">Where it came.</param>
    /// <param name="rule">What it breaks, as the end of a sentence.</param>
    public void Refuse(Conversation conversation, string rule)
    {
        LogRefused(conversation, rule);
        ChatTelemetry.CountRefused("batch");
        events.Publish(new RefusedEvent(conversation, $"A message in {conversation} was refused: {rule}."));
    }

    /// <summary>The span of receiving each message of a batch, up to its commit.</summary>
    public static Activity[] StartSpans(OpenedBatch batch, Conversation conversation) =>
    [
        .. batch.Messages
            .Select(message => ChatTelemetry.StartReceive(conversation, batch.From, message.Trace, message.Id))
            .OfType<Activity>(),
    ];

    private static OpenedBatch Open(Delivery delivery, Conversation conversation)
    {
        if (delivery.Size != delivery.Body.Length)
        {
            throw new BatchRefusedException($"it has {delivery.Size:N0} bytes, which is too much");
        }

        return delivery.Properties.ContentType == SignedBatch.ContentType
            ? SignedBatch.Open(delivery.Body, conversation)
            : throw new BatchRefusedException($"its content type is not {SignedBatch.ContentType}");
    }

    // While nobody can tell, nothing may be lost: the queue waits until the name server is back.
    private async Task CheckAsync(OpenedBatch batch, CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        while (true)
        {
            switch (await trust.CheckAsync(batch.From, batch.Fingerprint, epoch: null, stopping))
            {
                case NameVerdict.Trusted:
                    return;
                case NameVerdict.NotYetKnown:
                    await Task.Delay(backoff.Next(), time, stopping);
                    break;
                case NameVerdict.OtherKey:
                    throw new BatchRefusedException($"{batch.From} is known here with another key");
                default:
                    throw new BatchRefusedException($"the name {batch.From} does not belong to the key that signed");
            }
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "A batch in {Conversation} was refused: {Rule}", EventName = "BatchRefused")]
    private partial void LogRefused(Conversation conversation, string rule);
}
