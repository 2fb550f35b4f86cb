using RabbitMQ.Client;

namespace AspireChat.Client.Insults;

/// <summary>The one work queue of the insult channel.</summary>
internal static class InsultTopology
{
    /// <summary>Its name.</summary>
    public const string Queue = "chat.insults";

    /// <summary>Declares it; idempotent.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> DeclareAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await channel.QueueDeclareAsync(
            Queue,
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
        return Queue;
    }
}
