using AspireChat.Client.Wire;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>Where the messages of a conversation are published.</summary>
/// <param name="Exchange">The exchange; empty for the default exchange.</param>
/// <param name="RoutingKey">Makes the routing key of a generation: a queue's name on the default exchange.</param>
/// <param name="IsPersistent">Whether the messages must survive a restart of the broker.</param>
/// <param name="Confirmed">The state of a message that the broker has confirmed.</param>
/// <param name="Declare">Declares what the publish needs; idempotent.</param>
/// <param name="MaxBatch">How many messages may leave in one publish: 1 to <see cref="MessageListCodec.MaxMessages"/>.</param>
/// <param name="Generation">In a group: the generation for which a publish is signed.</param>
/// <param name="OnConfirmed">
/// Called with the seq up to which all is confirmed: after that is on disk, so that after a crash the stored count is not
/// behind the reported one, and before anything else is notified. Must be quick.
/// </param>
internal sealed record OutboxRoute(
    string Exchange,
    Func<string, string> RoutingKey,
    bool IsPersistent,
    MessageState Confirmed,
    Func<IChannel, CancellationToken, Task> Declare,
    int MaxBatch = MessageListCodec.MaxMessages,
    Func<string>? Generation = null,
    Action<long>? OnConfirmed = null);
