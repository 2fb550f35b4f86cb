using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>Users chat in their browsers.</summary>
public sealed class PageTests(SharedRabbitMq broker, SharedBrowser browser)
{
    [Fact]
    public async Task Two_browsers_chat_and_a_reload_keeps_everything()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await using var bob = await ChatPage.OpenAsync(browser, system.Clients[1]);

        // The first words need no reading: one click, the text, Enter.
        await alice.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Write to bob" }).ClickAsync();
        await alice.UntilOpenAsync("bob");
        await alice.SayAsync("hello *bob*");
        await alice.UntilShownAsync("hello bob");
        await alice.UntilStatesAsync("✓ delivered");
        await Expect(bob.Listed("alice").Locator(".count")).ToHaveTextAsync("1 unread");
        await Expect(bob.Page).ToHaveTitleAsync("(1) bob · AspireChat");

        await bob.ChooseAsync("alice");
        await bob.UntilShownAsync("hello bob");
        await alice.UntilStatesAsync("✓✓ read");
        await Expect(bob.Page).ToHaveTitleAsync("bob · AspireChat");
        await Expect(bob.Listed("alice").Locator(".count")).ToHaveCountAsync(0);

        // Enter sends and Shift+Enter does not; what is typed at once goes into the next message.
        await bob.Page.Keyboard.TypeAsync("one");
        await bob.Page.Keyboard.PressAsync("Shift+Enter");
        await bob.Page.Keyboard.TypeAsync("two");
        await bob.Page.Keyboard.PressAsync("Enter");
        await bob.Page.Keyboard.TypeAsync("three");
        await bob.Page.Keyboard.PressAsync("Enter");
        await bob.Page.Keyboard.TypeAsync("a draft");
        await alice.UntilShownAsync("hello bob", "one\ntwo", "three");
        await bob.UntilStatesAsync("✓✓ read", "✓✓ read");

        await bob.Page.ReloadAsync();
        await bob.UntilReadyAsync();
        await bob.UntilOpenAsync("alice");
        await bob.UntilShownAsync("hello bob", "one\ntwo", "three");
        await Expect(bob.Box).ToHaveValueAsync("a draft");
    }

    [Fact]
    public async Task Three_users_find_each_other_and_talk_in_a_group()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await using var bob = await ChatPage.OpenAsync(browser, system.Clients[1]);
        await using var carol = await ChatPage.OpenAsync(browser, system.Clients[2]);

        await alice.Button("+ Group").ClickAsync();
        await alice.Page.GetByLabel("Name of the group").FillAsync("no!");
        await alice.Button("Join").ClickAsync();
        await Expect(alice.Page.GetByRole(AriaRole.Alert)).ToHaveTextAsync($"That is not a name. {ChatName.Rule}");
        await alice.Page.GetByLabel("Name of the group").FillAsync("tea");
        await alice.Page.GetByLabel("transient").CheckAsync();
        await alice.Button("Join").ClickAsync();
        await alice.UntilOpenAsync("tea");
        await Expect(alice.Page.Locator(".head .under")).ToHaveTextAsync("transient group · 1 in the room");

        // A survey finds the group and its member.
        foreach (var guest in new[] { bob, carol })
        {
            await guest.Button("Who is there?").ClickAsync();
            await guest.Button("Join tea").ClickAsync();
            await guest.UntilOpenAsync("tea");
        }

        await bob.SayAsync("from bob");
        await carol.UntilShownAsync("from bob");
        await carol.SayAsync("from carol");
        foreach (var page in new[] { alice, bob, carol })
        {
            await page.UntilShownAsync("from bob", "from carol");
            await Expect(page.Page.Locator("aside li")).ToHaveTextAsync(["A aliceonline", "B bobonline", "C carolonline"]);
        }

        await carol.Button("Leave the room").ClickAsync();
        await Expect(carol.Page.GetByText("You are not in this group's room.")).ToBeVisibleAsync();
        await carol.Button("Join").ClickAsync();
        await carol.UntilOpenAsync("tea");
        await bob.Button("Unsubscribe").ClickAsync();
        await Expect(bob.Listed("tea")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task An_insult_reaches_exactly_one_page()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await using var bob = await ChatPage.OpenAsync(browser, system.Clients[1]);
        await alice.ChooseAsync("Insults");
        await bob.ChooseAsync("Insults");

        await alice.SayAsync("You lamp!");

        await Expect(alice.Page.GetByText("Your insult is on its way: You lamp!")).ToBeVisibleAsync();
        await Until.Equal("one page shows it", 1, () => CountAsync("You lamp!"));

        // Once the next one is there, a second copy of the first would be, too.
        await alice.SayAsync("You spoon!");
        await Until.Equal("one page shows it", 1, () => CountAsync("You spoon!"));
        Assert.Equal(1, await CountAsync("You lamp!"));

        async Task<int> CountAsync(string insult) =>
            await alice.Messages.GetByText(insult).CountAsync() + await bob.Messages.GetByText(insult).CountAsync();
    }

    [Fact]
    public async Task A_hit_of_the_search_is_shown_in_its_conversation()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        foreach (var i in Enumerable.Range(1, 150))
        {
            await system.Clients[1].Api.SendAsync("alice", i == 20 ? "the needle" : $"hay {i}");
        }

        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Button("Search the history").ClickAsync();
        await alice.Page.GetByLabel("Words to find").FillAsync("needle");
        await alice.Page.Keyboard.PressAsync("Enter");
        await Expect(alice.Page.Locator(".hit p")).ToHaveTextAsync(["bob hay 19", "bob the needle", "bob hay 21"]);
        await alice.Page.Locator(".hit").GetByRole(AriaRole.Button).ClickAsync();

        await Expect(alice.Page.Locator("[data-sought]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("the needle"));
        await Expect(alice.Page.Locator("[data-sought]")).ToBeInViewportAsync();
        await alice.Button("↓ To the newest").ClickAsync();
        await Expect(alice.Messages.Last).ToHaveTextAsync("hay 150");
        await Expect(alice.Messages.Last).ToBeInViewportAsync();
    }

    [Fact]
    public async Task Nothing_becomes_read_on_a_page_that_nobody_sees()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await system.Clients[1].Api.SendAsync("alice", "one");
        await alice.ChooseAsync("bob");
        await alice.UntilShownAsync("one");
        await UntilStatesAsync("read");

        await alice.HideAsync(isHidden: true);
        await system.Clients[1].Api.SendAsync("alice", "two");
        await alice.UntilShownAsync("one", "two");
        await Expect(alice.Listed("bob").Locator(".count")).ToHaveTextAsync("1 unread");
        await UntilStatesAsync("read", "delivered");

        await alice.HideAsync(isHidden: false);
        await UntilStatesAsync("read", "read");

        Task UntilStatesAsync(params string[] states) => Until.Sequence(
            "the states at bob's",
            states,
            async () => (await system.Clients[1].Api.MessagesAsync("alice")).Select(message => message.State.ToString().ToLowerInvariant()));
    }

    [Fact]
    public async Task A_hidden_page_gives_notice_of_messages_that_are_not_muted()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);

        // The browser's own notices cannot be seen from here, so the test stands in their place.
        await alice.Page.EvaluateAsync(
            """
            window.told = [];
            window.Notification = class {
              static permission = 'granted';
              constructor(title, options) { told.push(`${title}: ${options.body}`); this.close = () => {}; window.last = this; }
            };
            0;
            """);
        await system.Clients[1].Api.SendAsync("alice", "seen");
        await Expect(alice.Page.Locator("[aria-live]")).ToHaveTextAsync("bob: seen");
        await alice.HideAsync(isHidden: true);
        await system.Clients[1].Api.SendAsync("alice", "**hidden**");
        await Until.Sequence("the notices", ["bob: **hidden**"], ToldAsync);

        // A click on the notice opens the conversation.
        await alice.Page.EvaluateAsync("last.onclick()");
        await Expect(alice.Page.Locator(".head h2")).ToHaveTextAsync("bob");
        await alice.Page.GetByLabel("Mute").CheckAsync();
        await Expect(alice.Page.Locator(".list .title .under")).ToHaveTextAsync(" · muted");
        await system.Clients[1].Api.SendAsync("alice", "muted");
        await alice.UntilShownAsync("seen", "hidden", "muted");
        await alice.Page.GetByLabel("Mute").UncheckAsync();
        await Expect(alice.Page.Locator(".list .title .under")).ToHaveCountAsync(0);
        await system.Clients[1].Api.SendAsync("alice", "loud");
        await Until.Sequence("the notices", ["bob: **hidden**", "bob: loud"], ToldAsync);

        async Task<IEnumerable<string>> ToldAsync() => await alice.Page.EvaluateAsync<string[]>("told");
    }

    [Fact]
    public async Task Code_is_copied_as_it_was_written()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        await system.Clients[1].Api.SendAsync("alice", "see:\n\n```\nif (a < b)\n    c();\n```");
        await alice.ChooseAsync("bob");

        await alice.Button("Copy code").ClickAsync();

        await Expect(alice.Button("Copied")).ToBeVisibleAsync();
        Assert.Equal("if (a < b)\n    c();", (await alice.Page.EvaluateAsync<string>("navigator.clipboard.readText()")).TrimEnd());
    }
}
