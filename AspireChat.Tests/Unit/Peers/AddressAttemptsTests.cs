using AspireChat.Client.Peers;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class AddressAttemptsTests
{
    private static readonly Uri Somewhere = new("https://192.0.2.1:443");

    private readonly ManualClock _clock = new();
    private readonly AddressAttempts _attempts;

    public AddressAttemptsTests() => _attempts = new AddressAttempts(_clock);

    [Fact]
    public void An_address_that_never_shows_the_key_is_tried_ever_more_rarely()
    {
        Assert.InRange(Tries(TimeSpan.FromSeconds(30)), 4, 9);
        Assert.InRange(Tries(TimeSpan.FromMinutes(10)), 8, 25);
    }

    [Fact]
    public void A_known_peer_is_tried_often_enough_while_a_user_waits()
    {
        Tries(TimeSpan.FromMinutes(2), isKnown: true);
        for (var i = 0; i < 20; i++)
        {
            Assert.InRange(Tries(TimeSpan.FromSeconds(10.1), isKnown: true), 1, 4);
        }
    }

    [Fact]
    public void An_address_is_tried_freely_only_for_the_key_that_it_showed()
    {
        Assert.True(TryBegin("bob", "bob's"));
        Assert.False(TryBegin("bob", "bob's"));
        _attempts.Prove("bob", Somewhere, "bob's");

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(TryBegin("bob", "bob's")));
        Assert.True(TryBegin("bob", "another"));
        Assert.False(TryBegin("bob", "another"));
    }

    [Fact]
    public void Another_address_is_tried_at_once()
    {
        Tries(TimeSpan.FromSeconds(30));
        Assert.True(_attempts.TryBegin("bob", isKnown: false, new Uri("https://192.0.2.1:444"), "bob's"));
    }

    [Fact]
    public void A_record_with_another_peers_address_delays_only_its_own_user()
    {
        Assert.True(TryBegin("mallory", "mallory's"));
        Assert.False(TryBegin("mallory", "mallory's"));
        Assert.True(TryBegin("bob", "bob's"));
    }

    [Fact]
    public void A_record_gains_no_tries_by_changing_its_key()
    {
        Assert.True(TryBegin("bob", "one"));
        Assert.False(TryBegin("bob", "two"));
    }

    private bool TryBegin(string user, string fingerprint) => _attempts.TryBegin(user, isKnown: false, Somewhere, fingerprint);

    private int Tries(TimeSpan during, bool isKnown = false)
    {
        var tries = 0;
        for (var end = _clock.GetUtcNow() + during; _clock.GetUtcNow() < end; _clock.Advance(TimeSpan.FromMilliseconds(50)))
        {
            tries += _attempts.TryBegin("bob", isKnown, Somewhere, "bob's") ? 1 : 0;
        }

        return tries;
    }
}
