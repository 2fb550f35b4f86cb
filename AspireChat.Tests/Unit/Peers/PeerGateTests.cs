using System.Net;
using AspireChat.Client.Peers;
using AspireChat.Tests.Infrastructure;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class PeerGateTests : IDisposable
{
    private readonly PeerOptions _options = new() { GreetingTimeout = TimeSpan.FromMinutes(1) };
    private readonly PeerGateLog _log = new(TimeProvider.System, NullLogger<PeerGateLog>.Instance);
    private readonly PeerGate _gate;
    private readonly List<Caller> _callers = [];

    public PeerGateTests() => _gate = new PeerGate(Options.Create(_options), TimeProvider.System, _log);

    public void Dispose()
    {
        _callers.ForEach(caller => caller.HangUp());
        _log.Dispose();
    }

    [Fact]
    public async Task The_oldest_stranger_of_one_address_is_closed()
    {
        _options.MaxStrangersPerAddress = 3;
        Arrive("10.0.0.1", "10.0.0.2", "10.0.0.1", "10.0.0.1", "10.0.0.1");
        await UntilThereAsync(1, 2, 3, 4);
    }

    [Fact]
    public async Task The_oldest_of_single_strangers_is_closed_and_not_the_newcomer()
    {
        _options.MaxStrangers = 5;
        Arrive([.. Enumerable.Range(1, 40).Select(i => $"10.0.0.{i}")]);
        await UntilThereAsync(35, 36, 37, 38, 39);
    }

    [Fact]
    public async Task The_address_with_most_strangers_makes_room()
    {
        _options.MaxStrangers = 4;
        Arrive("10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.3", "10.0.0.4", "10.0.0.5");
        await UntilThereAsync(2, 3, 4, 5);
    }

    [Fact]
    public async Task A_network_of_IPv6_addresses_counts_as_one()
    {
        _options.MaxStrangersPerAddress = 2;
        Arrive("2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "2001:db8::3", "::ffff:10.0.0.1", "10.0.0.1", "10.0.0.1");
        await UntilThereAsync(1, 2, 3, 5, 6);
    }

    [Fact]
    public async Task A_key_may_have_as_many_connections_as_calls()
    {
        _options.MaxCallsPerPeer = 2;
        Arrive("10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.0.4");
        Greet("carol's", 0);
        Greet("mallory's", 1, 2);

        // The connections with the latest calls stay.
        Greet("mallory's", 1, 3);
        await UntilThereAsync(0, 1, 3);
    }

    [Fact]
    public async Task The_key_with_most_connections_makes_room_when_all_have_greeted()
    {
        _options.MaxConnections = 5;
        Arrive("10.0.0.1", "10.0.0.2", "10.0.0.2", "10.0.0.2", "10.0.0.3");
        Greet("carol's", 0);
        Greet("mallory's", 1, 2, 3);
        Greet("dora's", 4);
        Arrive("10.0.0.4");
        await UntilThereAsync(0, 2, 3, 4, 5);

        // Strangers take no more than that one place.
        Arrive("10.0.0.5", "10.0.0.6");
        await UntilThereAsync(0, 2, 3, 4, 7);
    }

    [Fact]
    public async Task A_closed_connection_makes_room()
    {
        _options.MaxConnections = 3;
        Arrive("10.0.0.1", "10.0.0.2", "10.0.0.3");
        Greet("carol's", 0, 1);
        _callers[0].HangUp();
        _callers[2].HangUp();
        await UntilThereAsync(1);
        Arrive("10.0.0.4", "10.0.0.5");
        await UntilThereAsync(1, 3, 4);
    }

    private void Arrive(params IEnumerable<string> addresses)
    {
        foreach (var address in addresses)
        {
            _callers.Add(new Caller(_gate, new DefaultConnectionContext { RemoteEndPoint = new IPEndPoint(IPAddress.Parse(address), 1) }));
        }
    }

    private void Greet(string fingerprint, params IEnumerable<int> callers)
    {
        foreach (var caller in callers)
        {
            _callers[caller].Greet(fingerprint);
        }
    }

    private Task UntilThereAsync(params IEnumerable<int> expected) => Until.Sequence(
        "exactly these connections are open",
        expected,
        () => Task.FromResult(Enumerable.Range(0, _callers.Count).Where(caller => _callers[caller].IsThere)));

    private sealed class Caller(PeerGate gate, ConnectionContext connection)
    {
        private readonly Task _serving = gate.ServeAsync(connection, async served =>
        {
            var end = new TaskCompletionSource();
            await using var closed = served.ConnectionClosed.Register(end.SetResult);
            await end.Task;
        });

        public bool IsThere => !_serving.IsCompleted;

        public void Greet(string fingerprint) => connection.Features.Get<PeerArrival>()!.Greet(fingerprint);

        public void HangUp() => connection.Abort();
    }
}
