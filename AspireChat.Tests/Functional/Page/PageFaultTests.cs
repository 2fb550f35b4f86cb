using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>What users see in their browsers when something stops, leaves, or is killed.</summary>
public sealed class PageFaultTests(SharedBrowser browser, SharedRabbitMq broker)
{
    [Fact]
    public async Task A_page_finds_its_client_again_and_says_who_is_away()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");
        var bob = await system.StartProgramAsync("bob");
        await using var page = await OpenAsync(alice);
        await page.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Write to bob" }).ClickAsync();
        await page.UntilOpenAsync("bob");
        await page.SayAsync("one");
        await page.UntilStatesAsync("✓ delivered");
        await Expect(page.Page.Locator(".head .under")).ToHaveTextAsync("online");

        Assert.Equal(0, await bob.TerminateAsync());
        await Expect(page.Page.Locator(".head .under")).ToHaveTextAsync("away");
        await page.SayAsync("two");
        await Expect(page.Page.Locator(".waiting")).ToHaveTextAsync("Saved, will be sent if bob comes back in a moment.");
        await bob.RestartAsync();
        await Expect(page.Page.Locator(".head .under")).ToHaveTextAsync("online");
        await page.UntilStatesAsync("✓ delivered", "✓ delivered");
        await Expect(page.Page.Locator(".waiting")).ToHaveCountAsync(0);

        // The page of a killed client says so, and goes on when the client is back.
        await page.Box.FillAsync("a draft");
        await Until.True("the draft is kept", async () => (await File.ReadAllTextAsync(Path.Combine(alice.DataDirectory, "window.json"))).Contains("a draft", StringComparison.Ordinal));
        await alice.KillAsync();
        await Expect(page.Page.GetByText("The client does not answer.")).ToBeVisibleAsync();
        await alice.RestartAsync();
        await page.UntilReadyAsync();
        await page.ChooseAsync("bob");
        await page.UntilShownAsync("one", "two");
        await Expect(page.Box).ToHaveValueAsync("a draft");
    }

    [Fact]
    public async Task A_message_to_somebody_away_shows_that_it_is_stored_until_it_is_delivered()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartClientAsync("alice");
        var bob = await system.StartProgramAsync("bob");
        await using var page = await OpenAsync(alice);
        await page.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Write to bob" }).ClickAsync();
        await page.UntilOpenAsync("bob");
        Assert.Equal(0, await bob.TerminateAsync());
        await page.SayAsync("for later");
        await page.UntilStatesAsync("~ stored until bob is back");
        await Expect(page.Page.Locator(".waiting")).ToHaveCountAsync(0);
        await bob.RestartAsync();
        await page.UntilStatesAsync("✓ delivered");
    }

    [Fact]
    public async Task A_server_that_is_away_is_said_above_the_conversation()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        await using var page = await OpenAsync(alice);
        await Expect(page.Page.GetByText("Nobody else is online yet.")).ToBeVisibleAsync();

        await system.Redis.KillAsync();
        await Expect(page.Page.Locator("main > .notice")).ToHaveTextAsync(
            "The name server is away. Open chats go on; nobody new can be found, and redis-stream and redis-pubsub groups wait, until it is back.");
        await system.Redis.RestartAsync();
        await Expect(page.Page.Locator("main > .notice")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task After_the_exit_the_page_says_so_and_the_client_has_left()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");
        var bob = await system.StartProgramAsync("bob");
        await using var page = await OpenAsync(alice);
        await using var other = await OpenAsync(bob);
        await Expect(other.Button("Write to alice")).ToBeVisibleAsync();

        await page.Button("Exit").ClickAsync();
        await page.Button("Stay").ClickAsync();
        await page.Button("Exit").ClickAsync();
        await page.Button("Leave the chat").ClickAsync();

        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You have left the chat");
        await Expect(other.Page.GetByText("Nobody else is online yet.")).ToBeVisibleAsync();
        Assert.Equal(0, await alice.Process.WaitForExitAsync());
        await Expect(page.Page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToHaveTextAsync("You have left the chat");
    }

    private Task<ChatPage> OpenAsync(ITestClient client) =>
        ChatPage.OpenAsync(browser, client.Name, client.BaseAddress, client.Api, new());
}
