using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Why the broker closed a channel: what was asked for is not allowed, not there, in use, or there with other arguments.</summary>
/// <param name="Code">The reply code, 403 to 406 mostly (https://www.rabbitmq.com/amqp-0-9-1-reference#constants).</param>
/// <param name="Text">The broker's own words.</param>
internal sealed record BrokerRefusal(ushort Code, string Text)
{
    /// <summary>The refusal with which a call or a channel ended; null if it ended otherwise, by a lost connection for example.</summary>
    public static BrokerRefusal? Of(Exception e) =>
        e is OperationInterruptedException { ShutdownReason: { Initiator: ShutdownInitiator.Peer, ReplyCode: >= 400 and < 500 } reason }
            ? new BrokerRefusal(reason.ReplyCode, reason.ReplyText)
            : null;
}
