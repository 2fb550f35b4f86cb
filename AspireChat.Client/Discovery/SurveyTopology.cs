using RabbitMQ.Client;

namespace AspireChat.Client.Discovery;

/// <summary>The exchange for survey questions, and the exclusive queues of askers and responders.</summary>
internal static class SurveyTopology
{
    /// <summary>The exchange to which questions go.</summary>
    public const string Exchange = "chat.discovery";

    /// <summary>The purpose of the exchange, as the log and the user read it.</summary>
    public const string What = "surveys";

    /// <summary>Declares the exchange without waiting for the answer: a refusal ends the channel, and the next call on it says why.</summary>
    public static Task DeclareExchangeAsync(IChannel channel, CancellationToken cancellationToken) => channel.ExchangeDeclareAsync(
        Exchange, ExchangeType.Fanout, durable: true, autoDelete: false, noWait: true, cancellationToken: cancellationToken);

    /// <summary>Declares a responder's queue; it is deleted with the connection, together with its questions.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> DeclareQuestionsAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await DeclareExchangeAsync(channel, cancellationToken);
        var queue = await DeclareExclusiveAsync(channel, cancellationToken);
        await channel.QueueBindAsync(queue, Exchange, routingKey: "", cancellationToken: cancellationToken);
        return queue;
    }

    /// <summary>Declares an asker's queue for the answers to one survey; it is deleted with its consumer.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> DeclareExclusiveAsync(IChannel channel, CancellationToken cancellationToken) =>
        (await channel.QueueDeclareAsync(
            queue: "",
            durable: false,
            exclusive: true,
            autoDelete: true,
            new Dictionary<string, object?> { ["x-queue-type"] = "classic" },
            cancellationToken: cancellationToken)).QueueName;
}
