using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>
/// Which callers the peer port lets in. Under TLS 1.3 a caller may see the handshake succeed before it is refused, so what
/// counts is that no call succeeds; each test also shows that the same call done right succeeds.
/// </summary>
public sealed class PeerPortTests(LoneBob lone) : IClassFixture<LoneBob>
{
    [Fact]
    public async Task A_caller_is_served_under_a_name_that_its_key_claimed()
    {
        using var carol = new RawPeer("carol");
        await carol.ClaimAsync(lone.Redis);
        Assert.Equal(StatusCode.OK, (await carol.OpenChatAsync(carol.Connect(lone.Address))).StatusCode);

        using var stream = carol.Deliver(carol.Connect(lone.Address));
        await stream.SendAsync(carol.Batch("bob", 1, "hello"));
        await stream.UntilStoredAsync(1);
        Assert.Equal(["hello"], await lone.TextsFromAsync("carol"));
    }

    [Fact]
    public async Task No_call_succeeds_without_a_certificate()
    {
        using var peer = new RawPeer("bare");
        await peer.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(peer, peer.Connect(lone.Address, withCertificate: false));
        await AssertServedAsync(peer);
    }

    [Fact]
    public async Task An_unclaimed_name_is_refused()
    {
        using var peer = new RawPeer("unclaimed");

        await AssertRefusedAsync(peer, peer.Connect(lone.Address), StatusCode.PermissionDenied);
        await peer.ClaimAsync(lone.Redis);
        await AssertServedAsync(peer);
    }

    [Fact]
    public async Task A_peer_can_retry_while_Redis_may_have_lost_its_claim()
    {
        using var peer = new RawPeer("lost");
        await lone.Redis.ExecuteAsync("DEL", "chat:since");
        try
        {
            await AssertRefusedAsync(peer, peer.Connect(lone.Address), StatusCode.Unavailable);
        }
        finally
        {
            await lone.AgeRedisAsync();
        }

        await AssertRefusedAsync(peer, peer.Connect(lone.Address), StatusCode.PermissionDenied);
        await peer.ClaimAsync(lone.Redis);
        await AssertServedAsync(peer);
    }

    [Fact]
    public async Task A_name_that_another_key_claimed_is_refused()
    {
        using var owner = new RawPeer("contested");
        using var foreign = new RawPeer("contested");
        await owner.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(foreign, foreign.Connect(lone.Address), StatusCode.PermissionDenied);
        await AssertServedAsync(owner);
        await AssertRefusedAsync(foreign, foreign.Connect(lone.Address), StatusCode.PermissionDenied);
    }

    [Fact]
    public async Task A_caller_with_a_valid_name_is_refused_under_another_users_name()
    {
        using var dora = new RawPeer("dora");
        using var mallory = new RawPeer("mallory");
        await dora.ClaimAsync(lone.Redis);
        await mallory.ClaimAsync(lone.Redis);
        await AssertServedAsync(dora);

        foreach (var name in new[] { "dora", "bob", "nobody" })
        {
            var client = mallory.Connect(lone.Address);
            Assert.Equal(StatusCode.PermissionDenied, (await mallory.OpenChatAsync(client, mallory.Greeting(name))).StatusCode);
            using var stream = mallory.Deliver(client, mallory.Greeting(name));
            Assert.Equal(StatusCode.PermissionDenied, (await stream.EndAsync()).StatusCode);
        }

        await AssertServedAsync(mallory);
    }

    [Fact]
    public async Task A_known_key_stays_when_the_name_server_has_another()
    {
        using var erin = new RawPeer("erin");
        using var forger = new RawPeer("erin") { Epoch = 1_000_000 };
        await erin.ClaimAsync(lone.Redis);
        await AssertServedAsync(erin);
        await using var events = await lone.Bob.WatchAsync();

        await forger.ClaimAsync(lone.Redis);
        await AssertRefusedAsync(forger, forger.Connect(lone.Address), StatusCode.PermissionDenied);

        var warning = await events.NextAsync<ConnectionChange>();
        Assert.Equal(("peer:erin", "key-changed"), (warning.Connection, warning.State));
        Assert.Contains(erin.Fingerprint, warning.Detail, StringComparison.Ordinal);
        Assert.Contains(forger.Fingerprint, warning.Detail, StringComparison.Ordinal);
        await AssertServedAsync(erin);
    }

    [Fact]
    public async Task An_expired_certificate_is_refused()
    {
        using var late = new RawPeer("late", validFor: TimeSpan.FromMinutes(-5));
        await late.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(late, late.Connect(lone.Address));
    }

    [Fact]
    public async Task A_certificate_that_is_not_yet_valid_is_refused()
    {
        using var early = new RawPeer("early", validFor: TimeSpan.FromHours(3));
        await early.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(early, early.Connect(lone.Address));
    }

    [Fact]
    public async Task A_key_on_another_curve_is_refused()
    {
        using var other = new RawPeer("p384", ECCurve.NamedCurves.nistP384);
        await other.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(other, other.Connect(lone.Address));
    }

    [Fact]
    public async Task Plain_HTTP_2_is_refused()
    {
        using var peer = new RawPeer("plain");
        await peer.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(peer, peer.Connect(lone.Address.Replace("https", "http", StringComparison.Ordinal)));
        await AssertServedAsync(peer);
    }

    [Theory]
    [InlineData("http/1.1")]
    [InlineData(null)]
    public async Task HTTP_1_1_is_refused_even_with_a_good_certificate(string? protocol)
    {
        using var peer = new RawPeer("old");
        var address = new Uri(lone.Address);
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port, TestContext.Current.CancellationToken);
        await using var tls = new SslStream(tcp.GetStream());
        var options = peer.Tls();
        options.ApplicationProtocols = protocol is null ? null : [new SslApplicationProtocol(protocol)];

        var answer = "";
        try
        {
            await tls.AuthenticateAsClientAsync(options, TestContext.Current.CancellationToken).DefaultTimeout();
            await tls.WriteAsync(
                "POST /aspirechat.v1.PeerChat/OpenChat HTTP/1.1\r\nHost: bob\r\nContent-Type: application/grpc\r\nContent-Length: 5\r\n\r\n\0\0\0\0\0"u8.ToArray(),
                TestContext.Current.CancellationToken);
            using var reader = new StreamReader(tls, Encoding.Latin1);
            answer = await reader.ReadToEndAsync(TestContext.Current.CancellationToken).DefaultTimeout();
        }
        catch (Exception e) when (e is IOException or System.Security.Authentication.AuthenticationException)
        {
            // The caller was refused in the handshake, or cut off after it.
        }

        Assert.DoesNotContain("HTTP/1.1 200", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("aspirechat", answer, StringComparison.OrdinalIgnoreCase);
    }

    public static TheoryData<string, Metadata> BadGreetings => new()
    {
        { "none", [] },
        { "no epoch", new Metadata { { "aspirechat-name", "silent" } } },
        { "no name", new Metadata { { "aspirechat-epoch", "1" } } },
        { "not a name", new Metadata { { "aspirechat-name", "../x" }, { "aspirechat-epoch", "1" } } },
        { "not in lower case", new Metadata { { "aspirechat-name", "Silent" }, { "aspirechat-epoch", "1" } } },
        { "not a number", new Metadata { { "aspirechat-name", "silent" }, { "aspirechat-epoch", "one" } } },
        { "negative", new Metadata { { "aspirechat-name", "silent" }, { "aspirechat-epoch", "-1" } } },
    };

    [Theory]
    [MemberData(nameof(BadGreetings), DisableDiscoveryEnumeration = true)]
    public async Task No_call_succeeds_without_a_proper_greeting(string what, Metadata greeting)
    {
        using var peer = new RawPeer("silent");
        await peer.ClaimAsync(lone.Redis);
        var client = peer.Connect(lone.Address);

        Assert.True(StatusCode.Unauthenticated == (await peer.OpenChatAsync(client, greeting)).StatusCode, what);
        using var stream = peer.Deliver(client, greeting);
        Assert.True(StatusCode.Unauthenticated == (await stream.EndAsync()).StatusCode, what);
        Assert.Null(await lone.Bob.Api.FindChatAsync("silent"));
    }

    [Fact]
    public async Task An_epoch_lower_than_one_seen_before_is_refused()
    {
        using var peer = new RawPeer("twice") { Epoch = 5 };
        await peer.ClaimAsync(lone.Redis);
        await AssertServedAsync(peer);
        await AssertServedAsync(peer);

        peer.Epoch = 4;
        await AssertRefusedAsync(peer, peer.Connect(lone.Address), StatusCode.PermissionDenied);
        peer.Epoch = 6;
        await AssertServedAsync(peer);
        peer.Epoch = 5;
        await AssertRefusedAsync(peer, peer.Connect(lone.Address), StatusCode.PermissionDenied);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/api/me")]
    [InlineData("/health")]
    [InlineData("/alive")]
    public async Task The_peer_port_serves_only_the_contract_of_peers(string path)
    {
        using var peer = new RawPeer("curious");
        await peer.ClaimAsync(lone.Redis);
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false, SslOptions = peer.Tls() })
        {
            BaseAddress = new Uri(lone.Address),
            DefaultRequestVersion = HttpVersion.Version20,
            DefaultVersionPolicy = HttpVersionPolicy.RequestVersionExact,
        };
        http.DefaultRequestHeaders.Add("Authorization", $"Bearer {lone.Bob.Token}");

        using var answer = await http.GetAsync(path, TestContext.Current.CancellationToken).DefaultTimeout();
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task The_web_port_does_not_serve_the_contract_of_peers()
    {
        using var peer = new RawPeer("astray");
        await peer.ClaimAsync(lone.Redis);

        await AssertRefusedAsync(peer, peer.Connect(lone.Bob.BaseAddress.ToString()));
    }

    private async Task AssertServedAsync(RawPeer peer) =>
        Assert.Equal(StatusCode.OK, (await peer.OpenChatAsync(peer.Connect(lone.Address))).StatusCode);

    private async Task AssertRefusedAsync(RawPeer peer, Protos.V1.PeerChat.PeerChatClient client, StatusCode? expected = null)
    {
        var before = await lone.TextsFromAsync(peer.Name);
        var opening = await peer.OpenChatAsync(client);
        Assert.NotEqual(StatusCode.OK, opening.StatusCode);

        using var stream = peer.Deliver(client);
        try
        {
            await stream.SendAsync(peer.Batch("bob", 1, "let me in"));
        }
        catch (Exception e) when (e is RpcException or IOException)
        {
            // The stream was refused before the write; its end has the status.
        }

        var delivering = await stream.EndAsync();

        Assert.NotEqual(StatusCode.OK, delivering.StatusCode);
        if (expected is not null)
        {
            Assert.Equal((expected, expected), (opening.StatusCode, delivering.StatusCode));
        }

        Assert.Equal(before, await lone.TextsFromAsync(peer.Name));
    }
}
