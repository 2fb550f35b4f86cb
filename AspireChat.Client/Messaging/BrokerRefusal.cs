using System.Text.RegularExpressions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Why the broker closed a channel: what was asked for is not allowed, not there, in use, or there with other arguments.</summary>
/// <param name="Code">The reply code, 403 to 406 mostly (https://www.rabbitmq.com/amqp-0-9-1-reference#constants).</param>
/// <param name="Text">The broker's own words.</param>
internal sealed partial record BrokerRefusal(ushort Code, string Text)
{
    /// <summary>The refusal with which a call or a channel ended; null if it ended otherwise, by a lost connection for example.</summary>
    public static BrokerRefusal? Of(Exception e) =>
        e is OperationInterruptedException { ShutdownReason: { Initiator: ShutdownInitiator.Peer, ReplyCode: >= 400 and < 500 } reason }
            ? Of(reason.ReplyCode, reason.ReplyText)
            : null;

    // The broker names a queue that it was to name itself anew at each try, and one fault is to be told once.
    internal static BrokerRefusal Of(ushort code, string text) => new(code, NamedByBroker().Replace(text, "amq.gen-…"));

    [GeneratedRegex(@"amq\.gen-[A-Za-z0-9_-]+")]
    private static partial Regex NamedByBroker();
}
