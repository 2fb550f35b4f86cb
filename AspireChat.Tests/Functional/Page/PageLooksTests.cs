using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>The page breaks no rule of accessibility that a program can check (axe-core), in any of its colours.</summary>
public sealed class PageLooksTests(SharedRabbitMq broker, SharedBrowser browser)
{
    [Theory]
    [InlineData(ColorScheme.Light, Contrast.NoPreference)]
    [InlineData(ColorScheme.Dark, Contrast.NoPreference)]
    [InlineData(ColorScheme.Light, Contrast.More)]
    public async Task Axe_finds_nothing(ColorScheme scheme, Contrast contrast)
    {
        // In other colours only what is about colours can differ.
        var rules = scheme == ColorScheme.Light && contrast == Contrast.NoPreference
            ? new AxeRunOptions()
            : new AxeRunOptions { RunOnly = new RunOnlyOptions { Type = "rule", Values = ["color-contrast", "link-in-text-block"] } };
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(
            browser, system.Clients[0], new() { ColorScheme = scheme, Contrast = contrast, ReducedMotion = ReducedMotion.Reduce });
        await Expect(alice.Button("Write to bob")).ToBeVisibleAsync();
        await CheckAsync("the first view");

        await system.Clients[1].Api.SendAsync("alice", "hello **alice**, [a link](https://example.org), `code`\n\n> a quote\n\n```\nblock\n```");
        await alice.ChooseAsync("bob");
        await alice.SayAsync("hello bob");
        await alice.UntilStatesAsync("✓ delivered");
        await CheckAsync("a private chat");
        await alice.Box.FillAsync("/");
        await alice.Page.Keyboard.TypeAsync("g");
        await Expect(alice.Page.GetByRole(AriaRole.Option)).ToHaveCountAsync(1);
        await CheckAsync("completions");
        await alice.Page.Keyboard.PressAsync("Tab");
        await Expect(alice.Box).ToHaveValueAsync("/group ");
        await alice.SayAsync("/group tea");
        await alice.UntilOpenAsync("tea");
        await CheckAsync("a group");

        foreach (var (command, dialog) in new[]
        {
            ("/help", "Shortcuts and commands"), ("/search hello", "Search the history"), ("/discover", "Who is there?"), ("/exit", "Leave the chat?"),
        })
        {
            await alice.SayAsync(command);
            await Expect(alice.Page.GetByRole(AriaRole.Dialog, new() { Name = dialog })).ToBeVisibleAsync();
            await CheckAsync(dialog);
            await alice.Page.Keyboard.PressAsync("Escape");
            await Expect(alice.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        }

        foreach (var (button, dialog) in new[] { ("+ Group", "Start or join a group"), ("Invite", "How somebody else joins"), ("Go to a conversation", "Go to") })
        {
            await alice.Button(button).ClickAsync();
            await Expect(alice.Page.GetByRole(AriaRole.Dialog, new() { Name = dialog, Exact = true })).ToBeVisibleAsync();
            await CheckAsync(dialog);
            await alice.Page.Keyboard.PressAsync("Escape");
            await Expect(alice.Page.GetByRole(AriaRole.Dialog)).ToHaveCountAsync(0);
        }

        async Task CheckAsync(string view)
        {
            var found = await alice.Page.RunAxe(rules);
            Assert.Equal([], found.Violations.Select(violation =>
                $"{view}: {violation.Impact} {violation.Id} {string.Join(" | ", violation.Nodes.Select(node => node.Html))}"));
            Assert.NotEmpty(found.Passes);

            // The page fills the screen and does not scroll; only its columns do.
            Assert.True(await alice.Page.EvaluateAsync<bool>("document.scrollingElement.scrollHeight <= innerHeight"), $"{view} scrolls as a whole");
        }
    }
}
