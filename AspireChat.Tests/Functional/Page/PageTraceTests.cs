using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Xunit;

namespace AspireChat.Tests.Functional.Page;

/// <summary>What users do in a page is traced, and nothing else of it.</summary>
public sealed class PageTraceTests(SharedRabbitMq broker, SharedBrowser browser)
{
    [Fact]
    public async Task A_message_from_a_page_is_one_trace_and_the_pages_have_none()
    {
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await Task.WhenAll(((string[])["alice", "bob"]).Select(name => system.StartClientAsync(name, otlp.SettingsFor(name))));

        // They meet first, so that no user is looked up later.
        await clients[0].Api.OpenChatAsync("bob");
        await otlp.CatchUpAsync(clients);
        var before = otlp.Traces().Keys.ToHashSet();

        await using (var alice = await OpenAsync(clients[0]))
        await using (var bob = await OpenAsync(clients[1]))
        {
            await alice.ChooseAsync("bob");
            await alice.SayAsync("hello");
            await alice.UntilStatesAsync("✓ delivered");
            await bob.ChooseAsync("alice");
            await alice.UntilStatesAsync("✓✓ read");
        }

        foreach (var client in clients)
        {
            Assert.Equal(0, await client.TerminateAsync());
        }

        Assert.Equal(
            """
            alice: send user
              alice: delivered user
              alice: read user
              bob: receive user
            """,
            Assert.Single(otlp.Traces(), trace => !before.Contains(trace.Key)).Value);
    }

    private Task<ChatPage> OpenAsync(ChatClientProcess client) =>
        ChatPage.OpenAsync(browser, client.Name, client.BaseAddress, client.Api, new());
}
