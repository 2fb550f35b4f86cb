using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using AspireChat.Tests.Unit.Page.Markdown;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>Received text is shown, and does nothing: it runs nothing, loads nothing, and restyles nothing.</summary>
public sealed class PageHostileTests(SharedRabbitMq broker, SharedBrowser browser)
{
    // Whatever a hostile text manages to run shows here.
    private const string Trap =
        "window.caught = []; for (const name of ['alert', 'prompt', 'confirm', 'open', 'print']) window[name] = (...x) => caught.push(name); 0;";

    [Fact]
    public async Task A_hundred_hostile_texts_do_nothing()
    {
        var texts = HostileMessageTests.Bodies.Select(row => row.Data).Where(text => MessageText.Check(text) is null).ToList();
        Assert.InRange(texts.Count, 100, 1_000);
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Page.EvaluateAsync(Trap);
        var requests = new List<string>();
        alice.Page.Request += (_, request) => requests.Add(request.Url);
        await Expect(alice.Button("Write to bob")).ToBeVisibleAsync();
        var looks = await LooksAsync(alice);

        foreach (var text in texts)
        {
            await system.Clients[1].Api.SendAsync("alice", text);
        }

        await system.Clients[1].Api.SendAsync("alice", "the end");
        await alice.ChooseAsync("bob");
        await Expect(alice.Messages.Last).ToHaveTextAsync("the end");
        await Until.True("all messages are shown", async () =>
        {
            await alice.Page.EvaluateAsync("document.querySelector('.log').scrollTop = -1e6");
            return await alice.Button("Earlier messages").CountAsync() == 0;
        });

        await Expect(alice.Messages).ToHaveCountAsync(texts.Count + 1);
        Assert.Empty(await alice.Page.EvaluateAsync<string[]>("caught"));
        Assert.Empty(requests);
        Assert.Equal(looks, await LooksAsync(alice));
        Assert.Empty(
            await alice.Page.EvaluateAsync<string[]>(
                """
                [...document.querySelectorAll('.body *')].flatMap(e => [...e.attributes].map(a => `${e.localName} ${a.name}`))
                  .filter(a => !['a href', 'a rel', 'a target'].includes(a))
                """));

        // The previews in the list, the title and the notices are text as well.
        Assert.Equal(0, await alice.Page.Locator(".list .item .under *").CountAsync());
    }

    // Where the parts of the page are, and how they look; a message that restyles something changes it.
    private static Task<string> LooksAsync(ChatPage page) => page.Page.EvaluateAsync<string>(
        """
        [...document.querySelectorAll('.list, .conversation, .details, nav > header, nav footer')].map(e => {
          const box = e.getBoundingClientRect(), style = getComputedStyle(e);
          return [e.className, box.x, box.y, box.width, box.height, style.color, style.backgroundColor, style.display, style.opacity].join(' ');
        }).join('\n')
        """);
}
