using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;

namespace AspireChat.Tests.Functional.Page;

/// <summary>What users do in a page is traced, and nothing else of it.</summary>
public sealed class PageTraceTests(SharedRabbitMq broker, SharedBrowser browser)
{
    [Fact]
    public async Task A_message_from_a_page_is_one_trace_with_the_lookup_of_a_stranger_and_the_pages_have_none()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await Task.WhenAll(((string[])["alice", "bob"]).Select(name => system.StartProgramAsync(name, otlp.SettingsFor(name))));

        await using (var alice = await OpenAsync(clients[0]))
        await using (var bob = await OpenAsync(clients[1]))
        {
            await alice.Page.Locator("main").GetByRole(AriaRole.Button, new() { Name = "Write to bob" }).ClickAsync();
            await alice.UntilOpenAsync("bob");
            await alice.SayAsync("hello");
            await alice.UntilStatesAsync("✓ delivered");
            await bob.ChooseAsync("alice");
            await alice.UntilStatesAsync("✓✓ read");
            await alice.SayAsync("hello again");
            await alice.UntilStatesAsync("✓✓ read", "✓✓ read");
        }

        foreach (var client in clients)
        {
            Assert.Equal(0, await client.TerminateAsync());
        }

        Assert.Equal(
            [
                """
                alice: first message
                  alice: HMGET chat:claim
                  alice: send user
                    alice: delivered user
                    alice: read user
                    bob: receive user
                """,
                """
                alice: send user
                  alice: delivered user
                  alice: read user
                  bob: receive user
                """,
            ],
            otlp.Traces().Values.Order(StringComparer.Ordinal));
    }

    private Task<ChatPage> OpenAsync(ChatClientProcess client) =>
        ChatPage.OpenAsync(browser, client.Name, client.BaseAddress, client.Api, new());
}
