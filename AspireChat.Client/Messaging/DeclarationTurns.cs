using System.Collections.Concurrent;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Serializes the declarations of a consumer and an outbox that use the same queue. RabbitMQ answers a declaration although another one
/// still starts the queue; who then consumes or publishes loses the whole connection with INTERNAL_ERROR
/// (https://github.com/rabbitmq/rabbitmq-server/issues/3627). Only the declarations of one client take turns: those of two can still meet.
/// </summary>
internal sealed class DeclarationTurns
{
    private readonly ConcurrentDictionary<string, Turn> _turns = new(StringComparer.Ordinal);

    /// <summary>Declares when the declarations before it are over.</summary>
    /// <param name="what">What the queue is for, as in <see cref="BrokerFaults"/>: <c>insults</c>, <c>group tea</c>.</param>
    /// <param name="declare">Declares; returns when the broker has answered.</param>
    public Task<T> RunAsync<T>(string what, Func<Task<T>> declare) => _turns.GetOrAdd(what, static _ => new Turn()).RunAsync(declare);

    /// <inheritdoc cref="RunAsync{T}"/>
    public Task RunAsync(string what, Func<Task> declare) => _turns.GetOrAdd(what, static _ => new Turn()).RunAsync(declare);
}
