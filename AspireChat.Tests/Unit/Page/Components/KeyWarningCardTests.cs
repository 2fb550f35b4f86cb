using AspireChat.Client.Page.Components;
using AspireChat.Client.Window;
using Bunit;
using Xunit;

namespace AspireChat.Tests.Unit.Page.Components;

public sealed class KeyWarningCardTests : BunitContext
{
    private static readonly string Known = new('a', 64), Other = new('b', 64);

    [Fact]
    public void Both_fingerprints_are_shown_and_trust_is_a_choice()
    {
        string? trusted = null;
        var dismissed = 0;
        var card = Render<KeyWarningCard>(parameters => parameters
            .Add(it => it.Warning, new KeyWarning("bob", "WARNING", Known, Other))
            .Add(it => it.Trust, fingerprint => trusted = fingerprint)
            .Add(it => it.Dismiss, () => dismissed++));

        Assert.Equal([Known, Other], card.FindAll("dd").Select(key => key.TextContent));
        Assert.Equal("H2", card.Find("[autofocus]").TagName);
        card.Find("button").Click();
        Assert.Equal((null, 1), (trusted, dismissed));
        card.FindAll("button")[1].Click();
        Assert.Equal(Other, trusted);
    }

    [Fact]
    public void Without_a_fingerprint_there_is_nothing_to_trust()
    {
        var card = Render<KeyWarningCard>(parameters => parameters.Add(it => it.Warning, new KeyWarning("bob", "WARNING", null, null)));

        Assert.Equal(["Not now"], card.FindAll("button").Select(button => button.TextContent));
    }
}
