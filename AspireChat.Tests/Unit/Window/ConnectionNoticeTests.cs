using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class ConnectionNoticeTests
{
    [Theory]
    [InlineData("connected", "connected", null)]
    [InlineData("reconnecting", "connected", "The name server is away. You reach the people you know; who comes and goes is not seen.")]
    [InlineData("connected", "connecting", "The broker is away. Private chats work; messages to groups are saved and will be sent.")]
    [InlineData("reconnecting", "reconnecting", "The name server and the broker are away. Known people can be reached; everything else is saved and will be sent.")]
    public void What_is_away_is_said_with_what_it_means(string redis, string rabbitmq, string? sentence) => Assert.Equal(
        sentence, ConnectionNotice.Of([new ConnectionEvent("redis", redis), new ConnectionEvent("rabbitmq", rabbitmq)]));

    [Fact]
    public void The_brokers_own_reason_is_said() => Assert.Equal(
        "RabbitMQ accepts no messages now.",
        ConnectionNotice.Of([new ConnectionEvent("redis", "connected"), new ConnectionEvent("rabbitmq", "blocked", "RabbitMQ accepts no messages now.")]));
}
