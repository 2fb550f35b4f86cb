using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Pictures;

/// <summary>Makes the pictures of the page in <c>docs/images</c> from clients that chat, only on request (<c>eng/pictures.sh</c>).</summary>
public sealed class PagePictures(SharedRabbitMq broker, SharedBrowser browser)
{
    private const string Recipe = "With milk, and *please* warm the cup first:\n\n```\ncup.Warm();\ntea.Pour(into: cup);\n```";

    [Fact(Explicit = true)]
    [Trait("Category", "Picture")]
    public async Task Chat_group_discovery_phone_and_dark()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol", "dora"]);
        var (bobs, carols, doras) = (system.Clients[1].Api, system.Clients[2].Api, system.Clients[3].Api);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await using var bob = await ChatPage.OpenAsync(browser, system.Clients[1], new() { ColorScheme = ColorScheme.Dark });
        await using var phone = await ChatPage.OpenAsync(
            browser, system.Clients[2], new() { ViewportSize = new() { Width = 390, Height = 780 }, DeviceScaleFactor = 2, IsMobile = true, HasTouch = true });

        await Expect(alice.Button("Write to dora")).ToBeVisibleAsync();
        await Camera.TakeAsync(alice, "first");
        await alice.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Write to bob" }).ClickAsync();
        await alice.UntilOpenAsync("bob");
        await alice.SayAsync("Hello bob! Have you seen https://aspire.dev?");
        await bob.ChooseAsync("alice");
        await bob.SayAsync("I have. Every message is **one trace** there.");
        await bob.SayAsync("Tea at four?");
        await alice.SayAsync("Gladly. I'll start a group for it.");
        await alice.UntilStatesAsync("✓✓ read", "✓✓ read");
        await carols.SendAsync("alice", "Am I invited?");
        await Expect(alice.Listed("carol").Locator(".count")).ToHaveTextAsync("1 unread");
        await Camera.TakeAsync(alice, "chat");

        await alice.SayAsync("/group tea");
        await alice.UntilOpenAsync("tea");
        await bobs.JoinGroupAsync("tea");
        await doras.JoinGroupAsync("tea");
        await alice.SayAsync("Tea at four, who comes?");
        await alice.UntilStatesAsync("✓ in the group");
        await phone.Button("Who is there?").TapAsync();
        await phone.Button("Join tea").TapAsync();
        await Expect(phone.Page.Locator(".head h2")).ToHaveTextAsync("tea");
        await bobs.SayAsync("tea", "I do. How do you take it?");
        await carols.SayAsync("tea", Recipe);
        await doras.SayAsync("tea", "> How do you take it?\n\nBlack.");
        await Expect(alice.Page.Locator("aside li")).ToHaveCountAsync(4);
        await Expect(alice.Messages).ToHaveCountAsync(4);
        await Camera.TakeAsync(alice, "group");
        await bob.ChooseAsync("tea");
        await Expect(bob.Messages).ToHaveCountAsync(4);
        await Camera.TakeAsync(bob, "dark");
        await Expect(phone.Messages).ToHaveCountAsync(3);
        await Camera.TakeAsync(phone, "phone");

        await alice.Button("+ Group").ClickAsync();
        await alice.Page.Locator("label:has(b:text-is('redis-stream')) input").CheckAsync();
        await alice.Page.GetByLabel("Name of the group").FillAsync("log");
        await Camera.TakeAsync(alice, "kinds");
        await alice.Page.Keyboard.PressAsync("Escape");

        await alice.Button("Who is there?").ClickAsync();
        await Expect(alice.Page.GetByText("3 answers from other clients, 1 group.")).ToBeVisibleAsync();
        await Camera.TakeAsync(alice, "discovery");
    }
}
