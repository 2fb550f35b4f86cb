using AspireChat.AppHost.Local;
using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Native;

/// <summary>Redis and RabbitMQ: programs of this machine that the host starts, or the user's own, which run elsewhere.</summary>
internal sealed class Servers
{
    private Servers(string redis, string rabbitMq) => (RedisConnection, RabbitMqConnection) = (redis, rabbitMq);

    /// <summary>For StackExchange.Redis; with the password.</summary>
    public string RedisConnection { get; }

    /// <summary>For RabbitMQ.Client; with the password.</summary>
    public string RabbitMqConnection { get; }

    /// <summary>The programs; null if the servers run elsewhere.</summary>
    public (LocalRedis Redis, LocalRabbitMq RabbitMq)? Local { get; private init; }

    /// <summary>Servers of this machine, with passwords out of the data folder.</summary>
    /// <exception cref="HostException">A program is missing.</exception>
    public static Servers OfThisMachine(DataFolder data, LoopbackPorts ports)
    {
        var (redis, rabbitMq) = (LocalRedis.Prepare(data, ports), LocalRabbitMq.Prepare(data, ports));
        return new Servers(redis.ConnectionString, rabbitMq.ConnectionString) { Local = (redis, rabbitMq) };
    }

    /// <summary>The user's own, as the connection strings <c>redis</c> and <c>rabbitmq</c> of the configuration name them.</summary>
    /// <exception cref="HostException">One of them is missing.</exception>
    public static Servers Elsewhere(IConfiguration configuration)
    {
        return new Servers(Of("redis", "redis.example.org:6379,password=…"), Of("rabbitmq", "amqp://user:password@rabbitmq.example.org"));

        string Of(string name, string example) => configuration.GetConnectionString(name) is { Length: > 0 } text
            ? text
            : throw new HostException(
                $"--backends external needs the setting ConnectionStrings:{name}, which is missing: " +
                $"set the environment variable ConnectionStrings__{name}, for example to '{example}'.");
    }

    /// <summary>A connection string for Redis without its secrets: its endpoints, which stand before the options.</summary>
    public static string MaskRedis(string connection)
    {
        var parts = connection.Split(',', StringSplitOptions.TrimEntries);
        var endpoints = parts.TakeWhile(part => !part.Contains('=', StringComparison.Ordinal)).Select(BehindUser).ToArray();
        return string.Join(',', endpoints.Length < parts.Length ? [.. endpoints, "…"] : endpoints);
    }

    /// <summary>A connection string for RabbitMQ without its secrets.</summary>
    public static string MaskRabbitMq(string connection) => Uri.TryCreate(connection, UriKind.Absolute, out var uri) && uri.Host != ""
        ? $"{uri.Scheme}://{(uri.UserInfo == "" ? "" : "…@")}{uri.Authority}{uri.AbsolutePath.TrimEnd('/')}"
        : "…";

    // No part of such a text, but somebody may have pasted an address with a password.
    private static string BehindUser(string endpoint) => endpoint.LastIndexOf('@') is >= 0 and var at ? $"…{endpoint[at..]}" : endpoint;
}
