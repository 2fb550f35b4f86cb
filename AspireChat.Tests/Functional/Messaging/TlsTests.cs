using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>TLS to Redis and RabbitMQ, whose certificates are for 127.0.0.1 and from an authority made by the test.</summary>
public sealed class TlsTests(SharedRabbitMq shared)
{
    // .NET on Linux looks for authorities here. Elsewhere they are in the system's store, which tests leave alone.
    private const string Trust = "SSL_CERT_FILE";

    [Fact]
    public async Task Clients_reach_both_servers_over_TLS()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Trust can be given to a process on Linux only.");
        await using var redis = await RedisServer.StartAsync("password");
        using var folder = new TempFolder("trust");
        var settings = (Trust, await TrustBothAsync(redis, folder));
        var rabbit = await BrokerOverTlsAsync("127.0.0.1");

        await using var alice = await ChatClientProcess.StartAsync("alice", OverTls(redis, "127.0.0.1"), rabbit, settings: settings);
        await using var bob = await ChatClientProcess.StartAsync("bob", OverTls(redis, "127.0.0.1"), rabbit, settings: settings);
        await alice.Api.JoinGroupAsync("tea");
        await bob.Api.JoinGroupAsync("tea");
        await alice.Api.SayAsync("tea", "hello");

        await bob.Api.UntilTextsAsync("bob", "tea", "alice", ["hello"]);
    }

    [Fact]
    public async Task A_certificate_for_another_name_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Trust can be given to a process on Linux only.");
        await using var redis = await RedisServer.StartAsync("password");
        using var folder = new TempFolder("trust");
        var trust = await TrustBothAsync(redis, folder);

        await using var alice = ChatClientProcess.Launch(
            "alice",
            OverTls(redis, "localhost"),
            await BrokerOverTlsAsync("localhost"),
            settings: (Trust, trust));

        await ExpectNoConnectionAsync(alice);
    }

    [Fact]
    public async Task A_certificate_of_an_unknown_authority_is_refused()
    {
        await using var redis = await RedisServer.StartAsync("password");
        await using var alice = ChatClientProcess.Launch(
            "alice",
            OverTls(redis, "127.0.0.1"),
            await BrokerOverTlsAsync("127.0.0.1"));

        await ExpectNoConnectionAsync(alice);
    }

    // The log says once per server that it is refused, and why.
    private static async Task ExpectNoConnectionAsync(ChatClientProcess client)
    {
        await client.UntilAliveAsync();
        foreach (var refusal in (string[])["RabbitMQ is away (AuthenticationException: The remote certificate was rejected", "The name server is away"])
        {
            await Until.True($"the log says: {refusal}", () => client.Process.Output.Contains(refusal, StringComparison.Ordinal));
        }

        var connections = (await client.Api.MeAsync()).Connections;
        Assert.Equal(("connecting", "connecting"), (connections["redis"], connections["rabbitmq"]));
    }

    private async Task<string> TrustBothAsync(RedisServer redis, TempFolder folder)
    {
        string[] authorities = [redis.Certificate.Authority, (await shared.ServerAsync()).Certificate.Authority];
        var both = folder.File("authorities.pem");
        await File.WriteAllLinesAsync(both, authorities.Select(File.ReadAllText));
        return both;
    }

    private static string OverTls(RedisServer redis, string host) => $"{host}:{redis.TlsPort},ssl=true,password=password";

    // A virtual host for this test alone, on the port for TLS.
    private async Task<string> BrokerOverTlsAsync(string host)
    {
        var plain = new UriBuilder(await shared.CreateVirtualHostAsync());
        return new UriBuilder("amqps", host, (await shared.ServerAsync()).TlsPort, plain.Path) { UserName = plain.UserName, Password = plain.Password }
            .Uri.AbsoluteUri;
    }
}
