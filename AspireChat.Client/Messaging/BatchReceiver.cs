using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Messaging;

/// <summary>
/// The checks that every consumer of message batches makes before it keeps anything: it opens the delivery, checks the
/// signature, and checks that the key may speak for the name. A batch that fails is refused whole and reported.
/// </summary>
internal sealed class BatchReceiver(NameTrust trust, LocalPeer self, LiveEvents events, RefusalLog log)
{
    /// <summary>Opens a delivery. Does not yet decide whether its key may speak for its name.</summary>
    /// <param name="delivery">The delivery.</param>
    /// <param name="conversation">The conversation in which it arrived.</param>
    /// <param name="keepOwn">Whether to accept a batch that this client sent; in a group that is the copy of its own message.</param>
    /// <returns>The batch; null if it is this client's own copy, or was refused.</returns>
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

    /// <summary>Whether the key of a batch may speak for its name. Asks the name server about names this client has never met.</summary>
    /// <returns>
    /// False while that cannot be decided: the name server is away, or may have lost the claim less than a lease ago. Until
    /// then the batch must be neither shown nor lost.
    /// </returns>
    /// <exception cref="BatchUnvouchedException">The name was never met, and is not claimed with this key, or no longer.</exception>
    /// <exception cref="BatchRefusedException">The key may not speak for the name.</exception>
    public async Task<bool> IsVouchedForAsync(OpenedBatch batch, CancellationToken stopping) =>
        batch.Fingerprint == self.Identity.Fingerprint || await trust.CheckAsync(batch.From, batch.Fingerprint, epoch: null, stopping) switch
        {
            NameVerdict.Trusted => true,
            NameVerdict.NotYetKnown or NameVerdict.NotYetClaimed => false,
            NameVerdict.Unclaimed => throw new BatchUnvouchedException($"the name {batch.From} does not belong to the key that signed"),
            NameVerdict.OtherKey => throw new BatchRefusedException($"{batch.From} is known here with another key"),
            _ => throw new BatchRefusedException($"the name {batch.From} does not belong to the key that signed"),
        };

    /// <summary>Whether this client has never met the sender's name and must ask the name server about it.</summary>
    public bool IsOfStranger(OpenedBatch batch) => !trust.HasMet(batch.From);

    /// <summary>Reports a batch that is refused whole.</summary>
    /// <param name="conversation">The conversation in which it arrived.</param>
    /// <param name="rule">The rule it breaks, as the end of a sentence.</param>
    public void Refuse(Conversation conversation, string rule)
    {
        log.Count(conversation, rule);
        ChatTelemetry.CountRefused("batch");
        events.Publish(new RefusedEvent(conversation, $"A message in {conversation} was refused: {rule}."));
    }

    /// <summary>Starts one receive span per message of a batch; each lasts until the commit.</summary>
    public static Activity[] StartSpans(OpenedBatch batch, Conversation conversation, string system = ChatTelemetry.RabbitMq) =>
    [
        .. batch.Messages
            .Select(message => ChatTelemetry.StartReceive(conversation, batch.From, message.Trace, message.Id, system))
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
