using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Messaging;

/// <summary>
/// What every consumer of message batches does with a delivery before anything is kept: opens it, checks its
/// signature, and checks that the key may speak for the name. What fails is refused whole and reported.
/// </summary>
internal sealed class BatchReceiver(NameTrust trust, LocalPeer self, LiveEvents events, RefusalLog log)
{
    /// <summary>Opens a delivery. Whether its key may speak for its name is still to be decided.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="conversation">Where it came.</param>
    /// <param name="keepOwn">Whether what this client sent itself is taken; in a group it is the own copy.</param>
    /// <returns>The batch; null if it is the own copy, or was refused.</returns>
    public OpenedBatch? Open(Delivery delivery, Conversation conversation, bool keepOwn = false)
    {
        try
        {
            var batch = Checked(delivery, conversation);
            return keepOwn || batch.Fingerprint != self.Identity.Fingerprint ? batch : null;
        }
        catch (BatchRefusedException e)
        {
            Refuse(conversation, e.Message);
            return null;
        }
    }

    /// <summary>Whether the key of a batch may speak for its name. The name server is asked about names never met.</summary>
    /// <returns>
    /// False while nobody can tell, since the name server is away, or may have lost the claim less than a lease ago: nothing
    /// may be shown, and nothing lost.
    /// </returns>
    /// <exception cref="BatchRefusedException">It may not.</exception>
    public async Task<bool> IsVouchedForAsync(OpenedBatch batch, CancellationToken stopping) =>
        batch.Fingerprint == self.Identity.Fingerprint || await trust.CheckAsync(batch.From, batch.Fingerprint, epoch: null, stopping) switch
        {
            NameVerdict.Trusted => true,
            NameVerdict.NotYetKnown or NameVerdict.NotYetClaimed => false,
            NameVerdict.OtherKey => throw new BatchRefusedException($"{batch.From} is known here with another key"),
            _ => throw new BatchRefusedException($"the name {batch.From} does not belong to the key that signed"),
        };

    /// <summary>Whether the sender's name was never met here, so that the name server must be asked about it.</summary>
    public bool IsOfStranger(OpenedBatch batch) => !trust.HasMet(batch.From);

    /// <summary>Reports a batch that is refused whole.</summary>
    /// <param name="conversation">Where it came.</param>
    /// <param name="rule">What it breaks, as the end of a sentence.</param>
    public void Refuse(Conversation conversation, string rule)
    {
        log.Count(conversation, rule);
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

    private static OpenedBatch Checked(Delivery delivery, Conversation conversation)
    {
        if (delivery.Size != delivery.Body.Length)
        {
            throw new BatchRefusedException($"it has {delivery.Size:N0} bytes, which is too much");
        }

        return delivery.Properties.ContentType == SignedBatch.ContentType
            ? SignedBatch.Open(delivery.Body, conversation)
            : throw new BatchRefusedException($"its content type is not {SignedBatch.ContentType}");
    }
}
