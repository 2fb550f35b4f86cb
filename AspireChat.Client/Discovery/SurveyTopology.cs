using RabbitMQ.Client;

namespace AspireChat.Client.Discovery;

/// <summary>The exchange on which surveys are asked, and the exclusive queues of askers and answerers.</summary>
internal static class SurveyTopology
{
    /// <summary>The exchange to which questions go.</summary>
    public const string Exchange = "chat.discovery";

    /// <summary>What it is for, as the log and the user read it.</summary>
    public const string What = "surveys";

    /// <summary>Declares the exchange.</summary>
    public static Task DeclareExchangeAsync(IChannel channel, CancellationToken cancellationToken) => channel.ExchangeDeclareAsync(
        Exchange, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);

    /// <summary>Declares an answerer's queue: gone with the connection, and its questions with it.</summary>
    /// <returns>Its name.</returns>
    public static async Task<string> DeclareQuestionsAsync(IChannel channel, CancellationToken cancellationToken)
    {
        await DeclareExchangeAsync(channel, cancellationToken);
        var queue = await DeclareExclusiveAsync(channel, cancellationToken);
        await channel.QueueBindAsync(queue, Exchange, routingKey: "", cancellationToken: cancellationToken);
        return queue;
    }

    /// <summary>Declares an asker's queue for the answers to one survey: gone with its consumer.</summary>
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
