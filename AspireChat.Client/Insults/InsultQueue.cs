using AspireChat.Client.Faults;
using RabbitMQ.Client;

namespace AspireChat.Client.Insults;

/// <summary>The one work queue of the insult channel.</summary>
internal sealed class InsultQueue
{
    /// <summary>Its name.</summary>
    public const string Name = "chat.insults";

    // RabbitMQ answers a declaration while another one still starts the queue, and consuming it then ends the whole connection with
    // INTERNAL_ERROR (rabbit_quorum_queue:consume, {error, noproc}, in 3.10). The consumer and the outbox both declare it, at the same
    // moment if it was deleted.
    private readonly Turn _declaring = new();

    /// <summary>Declares it; idempotent.</summary>
    /// <returns>Its name.</returns>
    public Task<string> DeclareAsync(IChannel channel, CancellationToken cancellationToken) => _declaring.RunAsync(async () =>
    {
        await channel.QueueDeclareAsync(
            Name,
            durable: true,
            exclusive: false,
            autoDelete: false,
            new Dictionary<string, object?>
            {
                ["x-queue-type"] = "quorum",

                // The default is no limit in RabbitMQ 3.10 and 20 in 4.x; a client that crashes often should not lose an insult.
                ["x-delivery-limit"] = 100,
            },
            cancellationToken: cancellationToken);
        return Name;
    });
}
