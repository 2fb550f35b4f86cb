extern alias apphost;

using apphost::AspireChat.AppHost.Local;
using apphost::AspireChat.AppHost.Native;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost.Native;

public class ServersTests
{
    [Theory]
    [InlineData("redis.example.org:6379", "redis.example.org:6379")]
    [InlineData("redis.example.org:6379,password=secret,ssl=true", "redis.example.org:6379,…")]
    [InlineData("one:6379, two:6379, password=sec,secret", "one:6379,two:6379,…")]
    [InlineData("password=secret,one:6379", "…")]
    [InlineData("redis://me:secret@one:6379", "…@one:6379")]
    [InlineData("redis://me:se@cret@one:6379,ssl=true", "…@one:6379,…")]
    public void Of_Redis_its_endpoints_are_shown(string connection, string shown) =>
        Assert.Equal(shown, Servers.MaskRedis(connection));

    [Theory]
    [InlineData("amqp://rabbit.example.org", "amqp://rabbit.example.org")]
    [InlineData("amqps://me:secret@rabbit.example.org:5671/team", "amqps://…@rabbit.example.org:5671/team")]
    [InlineData("amqp://secret@rabbit.example.org/?password=secret", "amqp://…@rabbit.example.org")]
    [InlineData("host=rabbit;password=secret", "…")]
    [InlineData("secret", "…")]
    [InlineData("rabbit:secret", "…")]
    public void Of_RabbitMQ_its_address_is_shown(string connection, string shown) =>
        Assert.Equal(shown, Servers.MaskRabbitMq(connection));

    [Fact]
    public void Servers_elsewhere_are_those_of_the_configuration()
    {
        var servers = Servers.Elsewhere(Configuration("one:6379,password=x", "amqp://a:b@two"));

        Assert.Equal(("one:6379,password=x", "amqp://a:b@two"), (servers.RedisConnection, servers.RabbitMqConnection));
        Assert.Null(servers.Local);
    }

    [Theory]
    [InlineData("ConnectionStrings__redis", null, "amqp://two")]
    [InlineData("ConnectionStrings__redis", "", "amqp://two")]
    [InlineData("ConnectionStrings__rabbitmq", "one:6379", null)]
    public void What_is_not_named_is_refused(string missing, string? redis, string? rabbitMq) => Assert.Contains(
        $"set the environment variable {missing}",
        Assert.Throws<HostException>(() => Servers.Elsewhere(Configuration(redis, rabbitMq))).Message);

    private static IConfiguration Configuration(string? redis, string? rabbitMq) => new ConfigurationBuilder()
        .AddInMemoryCollection([new("ConnectionStrings:redis", redis), new("ConnectionStrings:rabbitmq", rabbitMq)])
        .Build();
}
