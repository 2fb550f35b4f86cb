using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Net;
using System.Net.Sockets;
using AspireChat.Client.Peers;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

/// <summary>Channels to peers share an HTTP handler and nothing else.</summary>
public sealed class PeerTransportTests : IDisposable
{
    private readonly TestPeer _alice = new("alice");
    private readonly RawPeer _bob = new("bob");
    private readonly PeerTransport _transport;

    public PeerTransportTests() => _transport = new PeerTransport(Options.Create(new PeerOptions()));

    public void Dispose()
    {
        _transport.Dispose();
        _bob.Dispose();
        _alice.Dispose();
    }

    [Fact]
    public async Task Each_channel_has_a_connection_of_its_own_that_ends_with_it()
    {
        await using var server = await RawPeerServer.StartAsync(_bob);
        using var first = Open(server.Address, _bob.Fingerprint);
        using var second = Open(server.Address, _bob.Fingerprint);
        await CallAsync(first);
        await CallAsync(second);
        await CallAsync(first);
        Assert.Equal(2, server.Connections);

        first.Dispose();
        await Until.Equal("the first channel's connection has ended", 1, () => Task.FromResult(server.Connections));
        await CallAsync(second);

        second.Dispose();
        await Until.Equal("no connection is left", 0, () => Task.FromResult(server.Connections));
    }

    [Fact]
    public async Task A_channel_accepts_its_own_key_only_while_another_is_connected_to_the_same_address()
    {
        await using var server = await RawPeerServer.StartAsync(_bob);
        using var right = Open(server.Address, _bob.Fingerprint);
        await CallAsync(right);

        List<string> seen = [];
        using var wrong = Open(server.Address, _alice.Peer.Identity.Fingerprint, seen);
        await Assert.ThrowsAsync<RpcException>(() => CallAsync(wrong));

        Assert.NotEmpty(seen);
        Assert.All(seen, key => Assert.Equal("another", key));
        await CallAsync(right);
        Assert.Equal(2, server.Calls);
    }

    [Fact]
    public async Task A_channel_that_is_closed_while_it_connects_leaves_no_connection()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var channel = Open($"https://{listener.LocalEndpoint}", _bob.Fingerprint);
        var call = CallAsync(channel);
        using var accepted = await listener.AcceptTcpClientAsync(TestContext.Current.CancellationToken);

        channel.Dispose();
        await Assert.ThrowsAsync<RpcException>(() => call);

        // What it has said of the handshake, and then its end, before the 5 s after which the attempt would end by itself.
        await accepted.GetStream().CopyToAsync(Stream.Null, TestContext.Current.CancellationToken).DefaultTimeout(TimeSpan.FromSeconds(3));
    }

    [Fact]
    public async Task Telemetry_has_the_address_of_a_call_and_not_its_alias()
    {
        var addresses = new ConcurrentDictionary<string, ConcurrentBag<string?>>();
        await using var server = await RawPeerServer.StartAsync(_bob);
        var port = new Uri(server.Address).Port;
        void Note(string what, IEnumerable<KeyValuePair<string, object?>> tags)
        {
            // Other tests of this process call others.
            var values = tags.ToDictionary(tag => tag.Key, tag => tag.Value);
            if (values.GetValueOrDefault("server.port") is int called && called == port)
            {
                addresses.GetOrAdd(what, _ => []).Add(values.GetValueOrDefault("server.address") as string);
            }
        }

        using var spans = new ActivityListener
        {
            ShouldListenTo = source => source.Name == "System.Net.Http",
            Sample = (ref _) => ActivitySamplingResult.AllData,
            ActivityStopped = span => Note("span", span.TagObjects),
        };
        ActivitySource.AddActivityListener(spans);
        using var metrics = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Meter.Name == "System.Net.Http")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        metrics.SetMeasurementEventCallback<double>((instrument, _, tags, _) => Note(instrument.Name, tags.ToArray()));
        metrics.SetMeasurementEventCallback<long>((instrument, _, tags, _) => Note(instrument.Name, tags.ToArray()));
        metrics.Start();

        using var channel = Open(server.Address, _bob.Fingerprint);
        await CallAsync(channel);

        Assert.Superset(
            new HashSet<string> { "span", "http.client.request.duration", "http.client.active_requests", "http.client.open_connections" },
            addresses.Keys.ToHashSet());
        Assert.All(addresses.Values.SelectMany(seen => seen), address => Assert.Equal("127.0.0.1", address));
    }

    private PeerChannel Open(string address, string fingerprint, List<string>? seen = null) => _transport.Open(
        new Uri(address),
        PeerTls.ForClient(
            _alice.Peer.Identity, "127.0.0.1", fingerprint, onKey: _ => seen?.Add("the expected"), onOtherKey: () => seen?.Add("another")));

    private async Task CallAsync(PeerChannel channel)
    {
        using var call = new PeerChat.PeerChatClient(channel.Calls).OpenChatAsync(
            new OpenChatRequest(), _bob.Greeting(), cancellationToken: TestContext.Current.CancellationToken);
        await call.ResponseAsync.DefaultTimeout();
    }
}
