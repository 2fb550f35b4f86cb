using System.Net.Security;
using AspireChat.Client.Messaging;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

public sealed class BrokerNodesTests
{
    [Theory]
    [InlineData("")]
    [InlineData(" , ")]
    [InlineData("b", "b:5672")]
    [InlineData("b:5673, c.example ,10.0.0.7:1", "b:5673", "c.example:5672", "10.0.0.7:1")]
    [InlineData("[::1]:5673", "::1:5673")]
    public void The_other_nodes_follow_the_first(string others, params string[] nodes) => Assert.Equal(
        ["a:5672", .. nodes], BrokerNodes.All(new AmqpTcpEndpoint("a"), others).Select(node => $"{node.HostName}:{node.Port}"));

    [Fact]
    public void The_other_nodes_use_the_settings_of_the_first()
    {
        var first = new AmqpTcpEndpoint("a", 5999, new SslOption("a", enabled: true) { AcceptablePolicyErrors = SslPolicyErrors.None }, 1_000);

        var nodes = BrokerNodes.All(first, "b,c:1").ToList();

        Assert.Same(first, nodes[0]);
        Assert.Equal([("b", 5999), ("c", 1)], nodes[1..].Select(node => (node.HostName, node.Port)));
        Assert.All(nodes, node =>
        {
            Assert.True(node.Ssl.Enabled);
            Assert.Equal(node.HostName, node.Ssl.ServerName);
            Assert.Equal(SslPolicyErrors.None, node.Ssl.AcceptablePolicyErrors);
            Assert.Equal(1_000u, node.MaxInboundMessageBodySize);
        });
    }

    [Theory]
    [InlineData("b,amqp://c", "amqp://c")]
    [InlineData("b:0", "b:0")]
    [InlineData("b:70000", "b:70000")]
    [InlineData("b:port", "b:port")]
    [InlineData("user:secret@b", "user:secret@b")]
    [InlineData("b/vhost", "b/vhost")]
    [InlineData("b c", "b c")]
    [InlineData(":5672", ":5672")]
    [InlineData("b:5672,c", null)]
    [InlineData("", null)]
    public void A_malformed_node_is_found(string others, string? malformed) => Assert.Equal(malformed, BrokerNodes.FindMalformed(others));
}
