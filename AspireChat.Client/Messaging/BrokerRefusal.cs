using System.Text.RegularExpressions;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace AspireChat.Client.Messaging;

/// <summary>Why the broker closed a channel: what was requested is forbidden, missing, in use, or declared with other arguments.</summary>
/// <param name="Code">The reply code, mostly 403 to 406 (https://www.rabbitmq.com/amqp-0-9-1-reference#constants).</param>
/// <param name="Text">The broker's text.</param>
internal sealed partial record BrokerRefusal(ushort Code, string Text)
{
    /// <summary>The refusal that ended a call or a channel; null if it ended otherwise, for example by a lost connection.</summary>
    public static BrokerRefusal? Of(Exception e) =>
        e is OperationInterruptedException { ShutdownReason: { Initiator: ShutdownInitiator.Peer, ReplyCode: >= 400 and < 500 } reason }
            ? Of(reason.ReplyCode, reason.ReplyText)
            : null;

    // The broker gives a server-named queue a new name at each try, but one fault is to be reported once.
    internal static BrokerRefusal Of(ushort code, string text) => new(code, NamedByBroker().Replace(text, "amq.gen-…"));

    [GeneratedRegex(@"amq\.gen-[A-Za-z0-9_-]+")]
    private static partial Regex NamedByBroker();
}
