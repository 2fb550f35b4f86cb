using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class KnownPeersTests : IAsyncDisposable
{
    private static readonly string First = new('a', 64);
    private static readonly string Second = new('b', 64);

    private readonly LocalStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task The_first_key_seen_with_a_name_is_pinned_to_it()
    {
        Assert.Null(_store.KnownPeers.Find("bob"));

        Assert.Equal(new KnownPeer("bob", First, 3), await _store.KnownPeers.MeetAsync("bob", First, 3));
        Assert.Equal(new KnownPeer("bob", First, 3), await _store.KnownPeers.MeetAsync("bob", Second, 9));
        Assert.Equal(new KnownPeer("bob", First, 3), _store.KnownPeers.Find("bob"));
    }

    [Fact]
    public async Task The_highest_epoch_is_remembered()
    {
        await _store.KnownPeers.MeetAsync("bob", First, 3);
        Assert.Equal(5, (await _store.KnownPeers.MeetAsync("bob", First, 5)).Epoch);
        Assert.Equal(5, (await _store.KnownPeers.MeetAsync("bob", First, 4)).Epoch);
    }

    [Fact]
    public async Task An_accepted_key_replaces_the_pinned_one_and_restarts_its_epochs()
    {
        await _store.KnownPeers.MeetAsync("bob", First, 7);
        await _store.KnownPeers.AcceptKeyAsync("bob", Second);

        Assert.Equal(new KnownPeer("bob", Second, 1), await _store.KnownPeers.MeetAsync("bob", Second, 1));
        Assert.Equal(Second, (await _store.KnownPeers.MeetAsync("bob", First, 8)).Fingerprint);
    }

    [Fact]
    public async Task A_hundred_simultaneous_first_contacts_pin_one_key()
    {
        var pins = await Task.WhenAll(Enumerable.Range(0, 100).Select(
            i => Task.Run(() => _store.KnownPeers.MeetAsync("bob", i.ToString("x64"), 1)))).DefaultTimeout();

        Assert.Single(pins.Distinct());
    }
}
