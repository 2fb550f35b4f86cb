using System.Diagnostics;
using AspireChat.Tests.Functional.Mailbox;
using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>
/// Measures what a page costs: bytes, time to the first message, memory, processor time. Explicit: figures depend on the machine.
/// </summary>
[Trait("Category", "Figures")]
public sealed class PageFigures(SharedRabbitMq broker, SharedBrowser browser)
{
    private const int Pages = 10;
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(60);

    // Everything that the page has loaded: as sent, and unpacked.
    private const string Weight =
        """
        () => [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
          .map(e => `${new URL(e.name).pathname} ${e.encodedBodySize} ${e.decodedBodySize}`)
        """;

    [Fact(Explicit = true)]
    public async Task What_a_page_costs()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await Parallel.ForEachAsync(Enumerable.Range(0, 200), async (number, _) => await bob.Api.SendAsync("alice", $"message {number}"));
        await bob.SayAsync("alice", "the last one");
        await SayIdleAsync(alice, "no page yet");

        for (var visit = 1; visit <= 3; visit++)
        {
            // Each visit has an empty cache.
            var watch = Stopwatch.StartNew();
            await using var page = await OpenAsync(alice);
            Say($"visit {visit}: the conversations are there after {watch.ElapsedMilliseconds} ms");
            await page.Listed("bob").ClickAsync();
            await Expect(page.Messages.Last).ToHaveTextAsync("the last one");
            Say($"visit {visit}: the last message is there after {watch.ElapsedMilliseconds} ms");
            if (visit == 1)
            {
                foreach (var line in await page.Page.EvaluateAsync<string[]>(Weight))
                {
                    Say($"loaded: {line}");
                }
            }
        }

        await SayIdleAsync(alice, "no page open");
        var pages = new List<ChatPage>();
        try
        {
            foreach (var count in (int[])[1, Pages])
            {
                while (pages.Count < count)
                {
                    pages.Add(await OpenAsync(alice));
                    await pages[^1].ChooseAsync("bob");
                    await Expect(pages[^1].Messages.Last).ToHaveTextAsync("the last one");
                }

                await SayIdleAsync(alice, $"{count} pages open");
            }
        }
        finally
        {
            await Task.WhenAll(pages.Select(page => page.DisposeAsync().AsTask()));
        }
    }

    private Task<ChatPage> OpenAsync(ChatClientProcess client) =>
        ChatPage.OpenAsync(browser, client.Name, client.BaseAddress, client.Api, new());

    private static async Task SayIdleAsync(ChatClientProcess client, string what)
    {
        var (watch, before) = (Stopwatch.StartNew(), client.Process.ProcessorTime);
        await Until.True($"{what}: idle for {Idle}", () => watch.Elapsed > Idle, Idle * 2);
        var used = (client.Process.ProcessorTime - before) / watch.Elapsed;
        Say($"{what}: {client.Process.ResidentMegabytes} MB, {used * 1000:0.0} ms of processor time per second");
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
