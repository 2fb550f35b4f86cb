using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>The page without a mouse, and on a phone.</summary>
public sealed class PageKeyboardTests(SharedRabbitMq broker, SharedBrowser browser)
{
    [Fact]
    public async Task Everything_can_be_done_by_keyboard_alone()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        var keys = alice.Page.Keyboard;
        await Expect(alice.Button("Write to bob")).ToBeVisibleAsync();

        // Switcher, completion, sending.
        await keys.PressAsync("Control+k");
        await Expect(alice.Page.GetByLabel("A few letters of a name or command")).ToBeFocusedAsync();
        await keys.TypeAsync("bo");
        await Expect(alice.Page.GetByRole(AriaRole.Option, new() { Selected = true })).ToHaveTextAsync("Bbobonline");
        await keys.PressAsync("Enter");
        await alice.UntilOpenAsync("bob");
        await keys.TypeAsync("hello");
        await keys.PressAsync("Enter");
        await alice.UntilShownAsync("hello");

        // A group by a command with completion.
        await keys.TypeAsync("/gr");
        await Expect(alice.Page.GetByRole(AriaRole.Option, new() { Selected = true })).ToHaveTextAsync("/group Joins a group and shows it.");
        await keys.PressAsync("Tab");
        await Expect(alice.Box).ToHaveValueAsync("/group ");
        await keys.TypeAsync("tea t");
        await Expect(alice.Page.GetByRole(AriaRole.Option, new() { Selected = true })).ToContainTextAsync("transient");
        await keys.PressAsync("Tab");
        await keys.PressAsync("Enter");
        await alice.UntilOpenAsync("tea");
        await Expect(alice.Page.Locator(".head .under")).ToContainTextAsync("transient group");

        // Bob writes; the next unread one is chosen at once, by either way.
        await system.Clients[1].Api.SendAsync("alice", "one");
        await Expect(alice.Listed("bob").Locator(".count")).ToHaveTextAsync("1 unread");
        await keys.PressAsync("Control+k");
        await Expect(alice.Page.GetByRole(AriaRole.Option, new() { Selected = true })).ToHaveTextAsync("Bbob1 unread");
        await keys.PressAsync("Escape");
        await Expect(alice.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        await Expect(alice.Box).ToBeFocusedAsync();
        await keys.PressAsync("Alt+Shift+ArrowDown");
        await alice.UntilOpenAsync("bob");
        await alice.UntilShownAsync("hello", "one");
        await Expect(alice.Page.Locator(".new")).ToHaveTextAsync("new");

        // Help, a survey, the exit: dialogs that begin with the focus and give it back.
        await alice.Page.Locator(".log").FocusAsync();
        await keys.PressAsync("?");
        await Expect(alice.Page.GetByRole(AriaRole.Dialog, new() { Name = "Shortcuts and commands" })).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await Expect(alice.Page.Locator(".log")).ToBeFocusedAsync();
        await alice.SayAsync("/discover");
        await Expect(alice.Page.GetByText("1 answer from other clients, 0 groups.")).ToBeVisibleAsync();
        await keys.PressAsync("Escape");
        await alice.SayAsync("/nonsense");
        await Expect(alice.Page.GetByRole(AriaRole.Alert)).ToContainTextAsync("There is no command /nonsense; /help shows all.");
        await Expect(alice.Box).ToHaveValueAsync("/nonsense");
        await alice.SayAsync("/exit");
        await Expect(alice.Page.GetByRole(AriaRole.Dialog, new() { Name = "Leave the chat?" })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task An_input_methods_Enter_does_not_send()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Write to bob" }).ClickAsync();
        await alice.UntilOpenAsync("bob");

        var protocol = await alice.Page.Context.NewCDPSessionAsync(alice.Page);
        await protocol.SendAsync("Input.imeSetComposition", new() { ["text"] = "こん", ["selectionStart"] = 2, ["selectionEnd"] = 2 });
        await alice.Box.DispatchEventAsync("keydown", new { key = "Enter", isComposing = true, bubbles = true, cancelable = true });
        await protocol.SendAsync("Input.insertText", new() { ["text"] = "こんにちは" });
        await Expect(alice.Box).ToHaveValueAsync("こんにちは");
        await alice.Box.PressAsync("Enter");

        await alice.UntilShownAsync("こんにちは");
    }

    [Fact]
    public async Task A_phone_shows_one_column_at_a_time()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await system.Clients[1].Api.JoinGroupAsync("tea");
        await using var phone = await ChatPage.OpenAsync(
            browser, system.Clients[0], new() { ViewportSize = new() { Width = 390, Height = 780 }, HasTouch = true, IsMobile = true });
        await UntilColumnAsync(".list");

        await phone.Button("Who is there?").TapAsync();
        await phone.Button("Join tea").TapAsync();
        await UntilColumnAsync(".conversation");
        await phone.Box.FillAsync("hello from a phone");
        await phone.Button("Send").TapAsync();
        await phone.UntilShownAsync("hello from a phone");

        await phone.Button("Who is here and what can be done").TapAsync();
        await UntilColumnAsync(".details");
        await Expect(phone.Page.GetByRole(AriaRole.Heading, new() { Name = "In the room" })).ToBeVisibleAsync();
        await phone.Button("Back to the messages").TapAsync();
        await UntilColumnAsync(".conversation");
        await phone.Button("Back to the conversations").TapAsync();
        await UntilColumnAsync(".list");
        Assert.False(await phone.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth > innerWidth"), "Something is wider than the screen.");

        async Task UntilColumnAsync(string column)
        {
            foreach (var other in new[] { ".list", ".conversation", ".details" })
            {
                await Expect(phone.Page.Locator($".chat > {other}")).ToBeVisibleAsync(new() { Visible = other == column });
            }
        }
    }
}
