using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// The nodes of a RabbitMQ cluster: that of the connection string, and those of <see cref="BrokerOptions.OtherNodes"/>. A
/// client tries them in random order and connects to the first that answers.
/// </summary>
internal static class BrokerNodes
{
    /// <summary>The endpoint of every node: the others have the settings of the first, except host and port.</summary>
    /// <param name="first">The node of the connection string.</param>
    /// <param name="others">The others, in the form of <see cref="BrokerOptions.OtherNodes"/>.</param>
    public static IEnumerable<AmqpTcpEndpoint> All(AmqpTcpEndpoint first, string others) =>
    [
        first,
        .. Split(others).Select(node => Parse(node)!).Select(node => new AmqpTcpEndpoint(
            node.DnsSafeHost,
            node.IsDefaultPort ? first.Port : node.Port,
            new SslOption(node.DnsSafeHost, enabled: first.Ssl.Enabled)
            {
                Version = first.Ssl.Version,
                AcceptablePolicyErrors = first.Ssl.AcceptablePolicyErrors,
            },
            first.MaxInboundMessageBodySize)),
    ];

    /// <summary>The first entry that is not a node; null if all are.</summary>
    public static string? FindMalformed(string others) => Split(others).FirstOrDefault(node => Parse(node) is null);

    private static string[] Split(string list) =>
        list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    // A host and an optional port, and no other part of a URI.
    private static Uri? Parse(string node) =>
        Uri.TryCreate($"amqp://{node}", UriKind.Absolute, out var uri) && uri is { Host.Length: > 0, UserInfo: "", PathAndQuery: "/", Fragment: "", Port: not 0 }
            ? uri
            : null;
}

/// <summary>Checks <see cref="BrokerOptions.OtherNodes"/> at start.</summary>
internal sealed class BrokerNodesValidator : IValidateOptions<BrokerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, BrokerOptions options) =>
        BrokerNodes.FindMalformed(options.OtherNodes) is { } node
            ? ValidateOptionsResult.Fail(
                $"{BrokerOptions.Section}:{nameof(BrokerOptions.OtherNodes)} names '{node}'; nodes are a host or host:port each, with commas between them.")
            : ValidateOptionsResult.Success;
}
