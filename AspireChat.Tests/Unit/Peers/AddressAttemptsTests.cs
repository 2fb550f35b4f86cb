using AspireChat.Client.Peers;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class AddressAttemptsTests
{
    private static readonly Uri Somewhere = new("https://192.0.2.1:443");

    private readonly HandClock _clock = new();

    [Fact]
    public void An_address_that_never_shows_the_key_is_tried_ever_more_rarely()
    {
        var attempts = new AddressAttempts(_clock);
        Assert.InRange(Tries(attempts, TimeSpan.FromSeconds(30)), 4, 9);
        Assert.InRange(Tries(attempts, TimeSpan.FromMinutes(10)), 8, 25);
    }

    [Fact]
    public void An_address_that_has_shown_the_key_is_not_held_up_and_another_key_there_is()
    {
        var attempts = new AddressAttempts(_clock);
        Assert.True(attempts.TryBegin(Somewhere, "bob's"));
        Assert.False(attempts.TryBegin(Somewhere, "bob's"));
        attempts.Prove(Somewhere, "bob's");

        Assert.All(Enumerable.Range(0, 100), _ => Assert.True(attempts.TryBegin(Somewhere, "bob's")));
        Assert.True(attempts.TryBegin(Somewhere, "carol's"));
        Assert.False(attempts.TryBegin(Somewhere, "carol's"));
    }

    [Fact]
    public void Another_address_is_tried_at_once()
    {
        var attempts = new AddressAttempts(_clock);
        Tries(attempts, TimeSpan.FromSeconds(30));
        Assert.True(attempts.TryBegin(new Uri("https://192.0.2.1:444"), "bob's"));
    }

    private int Tries(AddressAttempts attempts, TimeSpan during)
    {
        var tries = 0;
        for (var end = _clock.GetUtcNow() + during; _clock.GetUtcNow() < end; _clock.Advance(TimeSpan.FromMilliseconds(50)))
        {
            tries += attempts.TryBegin(Somewhere, "bob's") ? 1 : 0;
        }

        return tries;
    }
}
