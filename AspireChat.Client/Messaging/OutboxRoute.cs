using AspireChat.Client.Wire;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>Where the messages of a conversation are published.</summary>
/// <param name="Exchange">The exchange; empty for the default one.</param>
/// <param name="RoutingKey">The routing key: a queue's name on the default exchange.</param>
/// <param name="IsPersistent">Whether the broker must keep them over a restart.</param>
/// <param name="Confirmed">The state of a message that the broker has confirmed.</param>
/// <param name="Declare">Declares what the publish needs; idempotent.</param>
/// <param name="MaxBatch">How many messages may leave in one publish: 1 to <see cref="MessageListCodec.MaxMessages"/>.</param>
/// <param name="Generation">To a group: the creation of it for which a publish is signed.</param>
/// <param name="OnConfirmed">
/// Told up to which seq all is confirmed, before anybody else is, but not before that is on disk: after a crash the count
/// must not be behind what was told. Must be quick.
/// </param>
internal sealed record OutboxRoute(
    string Exchange,
    string RoutingKey,
    bool IsPersistent,
    MessageState Confirmed,
    Func<IChannel, CancellationToken, Task> Declare,
    int MaxBatch = MessageListCodec.MaxMessages,
    Func<string>? Generation = null,
    Action<long>? OnConfirmed = null);
