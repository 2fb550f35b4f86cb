using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>Groups of every mode are started, joined and understood in a browser.</summary>
public sealed class GroupModePageTests(SharedRabbitMq broker, SharedBrowser browser)
{
    [Fact]
    public async Task A_group_of_each_mode_says_what_it_promises_and_carries_what_is_said()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        var bob = system.Clients[1].Api;
        foreach (var mode in GroupMode.All)
        {
            await alice.Button("+ Group").ClickAsync();
            await alice.Page.Locator($"label:has(b:text-is('{mode.Word}')) input").CheckAsync();
            await Expect(alice.Page.Locator("dialog .kind")).ToContainTextAsync(mode.Limit);
            await alice.Page.GetByLabel("Name of the group").FillAsync($"in-{mode.Word}");
            await alice.Button("Join").ClickAsync();
            await alice.UntilOpenAsync($"in-{mode.Word}");
            await Expect(alice.Page.Locator(".head .under")).ToHaveTextAsync($"{mode.Word} group · 1 in the room");
            await Expect(alice.Page.Locator("aside")).ToContainTextAsync(mode.Readers);
            await alice.SayAsync("early");
            await alice.UntilStatesAsync(mode.IsKept ? "✓ in the group" : "✓ sent");
            await bob.JoinGroupAsync($"in-{mode.Word}");
            await bob.SayAsync($"in-{mode.Word}", "late");
            await alice.UntilShownAsync("early", "late");
        }
    }

    [Fact]
    public async Task A_new_member_reads_a_log_from_its_beginning()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var bob = await ChatPage.OpenAsync(browser, system.Clients[1]);
        var alice = system.Clients[0].Api;
        await alice.JoinGroupAsync("tea", GroupMode.Stream);
        await alice.SayAsync("tea", "one", "two");
        await bob.Button("+ Group").ClickAsync();
        await bob.Page.GetByLabel("Name of the group").FillAsync("tea");
        await bob.Page.GetByLabel("Also read what was sent before, if the group has a log").CheckAsync();
        await bob.Button("Join").ClickAsync();
        await bob.UntilOpenAsync("tea");
        await bob.UntilShownAsync("one", "two");
    }
}
