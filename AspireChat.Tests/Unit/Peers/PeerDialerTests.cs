using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;
using AspireChat.Client.Peers;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class PeerDialerTests
{
    [Fact]
    public async Task A_client_calls_no_peer_before_its_registration()
    {
        using var folder = new TempFolder("dialer");
        using var directory = DataDirectory.Open(folder.FullName);
        using var identity = PeerIdentity.LoadOrCreate(directory, "alice");

        // The dialer asks neither the name server nor the pins, and connects to nobody.
        var registration = new FirstRegistration(
            Options.Create(new NameServerOptions { StartPatience = TimeSpan.Zero }), TimeProvider.System);
        var dialer = new PeerDialer(
            names: null!,
            registration,
            trust: null!,
            known: null!,
            new AddressAttempts(TimeProvider.System),
            new LocalPeer("alice", identity),
            new LiveEvents(),
            transport: null!);
        var refusal = await Assert.ThrowsAsync<ChatException>(() => dialer.DialAsync("bob", TestContext.Current.CancellationToken));
        Assert.Equal(ChatFault.Unavailable, refusal.Fault);
    }
}
