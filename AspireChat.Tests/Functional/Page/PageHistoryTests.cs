using AspireChat.Client.Chat;
using AspireChat.Tests.Functional.Window;
using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Xunit;
using static Microsoft.Playwright.Assertions;

namespace AspireChat.Tests.Functional.Page;

/// <summary>Long conversations in a browser.</summary>
public sealed class PageHistoryTests(SharedRabbitMq broker, SharedBrowser browser)
{
    private const int Many = 700;

    // Scrolls to an end of the history in steps, and reports every message under the eye that moved otherwise than by the step.
    private const string Walk =
        """
        async ([direction, most]) => {
          const log = document.querySelector('.log');
          const frame = () => new Promise(requestAnimationFrame);
          const jumps = [];
          let steps = 0;
          const middle = () => {
            const box = log.getBoundingClientRect();
            for (let y = box.y + box.height / 2; y < box.bottom; y += 4) {
              const message = document.elementFromPoint(box.x + box.width / 2, y)?.closest('.message');
              if (message) return message;
            }
          };
          const more = () => document.querySelector(direction < 0 ? '.earlier' : '.later');
          const ends = () => document.querySelectorAll('.message')[direction < 0 ? 0 : document.querySelectorAll('.message').length - 1];
          for (;;) {
            const eye = middle();
            const from = log.scrollTop;
            const place = eye.getBoundingClientRect().y;
            log.scrollTop += direction * 150;
            const moved = from - log.scrollTop;
            const end = ends();
            const deadline = performance.now() + 20000;
            const isNear = direction < 0 ? log.scrollHeight + log.scrollTop - log.clientHeight < log.clientHeight : -log.scrollTop < log.clientHeight;
            do {
              await frame();
              const off = eye.getBoundingClientRect().y - place - moved;
              if (!eye.isConnected || Math.abs(off) > 1) { jumps.push(`${eye.innerText} ${off}`); break; }
            } while (more() && isNear && ends() === end && performance.now() < deadline);
            for (let i = 0; i < 3; i++) {
              await frame();
              const off = eye.getBoundingClientRect().y - place - moved;
              if (Math.abs(off) > 1) { jumps.push(`${eye.innerText} ${off}`); break; }
            }
            steps++;
            if ((moved === 0 && !more()) || steps === most) return [`${steps > 10}`, ...jumps];
          }
        }
        """;

    [Fact]
    public async Task A_message_under_the_eye_does_not_move()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await system.Clients[0].StoreSilentlyAsync("bob", Enumerable.Range(0, Many).Select(i => $"message {i}"));
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Listed("bob").ClickAsync();
        await Expect(alice.Messages.Last).ToHaveTextAsync($"message {Many - 1}");
        await Expect(alice.Messages.Last).ToBeInViewportAsync();
        await Expect(alice.Button("↑ To the first unread")).ToBeVisibleAsync();

        // All the way up, through pages that are added above and trimmed below, and down again.
        Assert.Equal(["true"], await alice.Page.EvaluateAsync<string[]>(Walk, (int[])[-1, 0]));
        Assert.Equal("message 0", await alice.Messages.First.InnerTextAsync());
        Assert.Equal(300, await alice.Messages.CountAsync());
        Assert.Equal(["true"], await alice.Page.EvaluateAsync<string[]>(Walk, (int[])[1, 0]));
        Assert.Equal($"message {Many - 1}", await alice.Messages.Last.InnerTextAsync());
        Assert.Equal(300, await alice.Messages.CountAsync());
    }

    [Fact]
    public async Task The_first_unread_message_is_one_click_away_when_it_is_loaded_but_out_of_view()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await system.Clients[0].StoreSilentlyAsync("bob", Enumerable.Range(0, 60).Select(i => $"message {i}"));
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Listed("bob").ClickAsync();
        await Expect(alice.Messages).ToHaveCountAsync(60);
        await Expect(alice.Messages.First).Not.ToBeInViewportAsync();
        await alice.Button("↑ To the first unread").ClickAsync();
        await Expect(alice.Page.Locator(".new + .message .body")).ToHaveTextAsync("message 0");
        await Expect(alice.Messages.First).ToBeInViewportAsync();
        await Expect(alice.Button("↑ To the first unread")).ToHaveCountAsync(0);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_group_of_a_hundred_thousand_messages_opens_and_scrolls_like_any_other()
    {
        const int Crowd = 100_000;
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        await system.Clients[0].Api.JoinGroupAsync("tea");
        await system.Clients[0].StoreSilentlyAsync(Conversation.Of("tea"), "bob", Enumerable.Range(0, Crowd).Select(i => $"message {i}"));
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await Expect(alice.Listed("tea").Locator(".count")).ToHaveTextAsync($"{Crowd} unread");

        // From the click to the last message on the screen, by the browser's clock.
        var opened = await alice.Page.EvaluateAsync<double>(
            """
            async last => {
              const start = performance.now();
              [...document.querySelectorAll('.list .item')].find(item => item.innerText.includes('tea')).click();
              while (![...document.querySelectorAll('.message .body')].at(-1)?.innerText.includes(last)) await new Promise(requestAnimationFrame);
              return performance.now() - start;
            }
            """,
            $"{Crowd - 1}");
        TestContext.Current.TestOutputHelper?.WriteLine($"Opened in {opened:0} ms.");
        await Expect(alice.Messages.Last).ToBeInViewportAsync();

        Assert.Equal(["true"], await alice.Page.EvaluateAsync<string[]>(Walk, (int[])[-1, 300]));
        Assert.InRange(await alice.Messages.CountAsync(), 200, 300);
        await alice.Button("↑ To the first unread").ClickAsync();
        await Expect(alice.Page.Locator(".new + .message .body")).ToHaveTextAsync("message 0");
    }

    [Fact]
    public async Task New_messages_below_do_not_disturb_and_are_one_click_away()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await system.Clients[0].StoreSilentlyAsync("bob", Enumerable.Range(0, Many).Select(i => $"message {i}"));
        await using var alice = await ChatPage.OpenAsync(browser, system.Clients[0]);
        await alice.Listed("bob").ClickAsync();
        await alice.Button("↑ To the first unread").ClickAsync();
        await Expect(alice.Page.Locator(".new + .message .body")).ToHaveTextAsync("message 0");
        await Expect(alice.Messages.First).ToBeInViewportAsync();
        var place = await PlaceAsync();

        await system.Clients[1].Api.SendAsync("alice", "fresh");
        await Expect(alice.Button("↓ 1 new")).ToBeVisibleAsync();
        Assert.Equal(place, await PlaceAsync());
        await alice.Button("↓ 1 new").ClickAsync();
        await Expect(alice.Messages.Last).ToHaveTextAsync("fresh");
        await Expect(alice.Messages.Last).ToBeInViewportAsync();
        await Expect(alice.Button("↓ 1 new")).ToHaveCountAsync(0);

        // One's own message is brought into view, and what comes after it is read.
        await alice.Page.EvaluateAsync("document.querySelector('.log').scrollTop = -1000");
        await Expect(alice.Messages.Last).Not.ToBeInViewportAsync();
        await alice.SayAsync("mine");
        await Expect(alice.Messages.Last).ToHaveTextAsync("mine");
        await Expect(alice.Messages.Last).ToBeInViewportAsync();
        await system.Clients[1].Api.SendAsync("alice", "yours");
        await Expect(alice.Messages.Last).ToHaveTextAsync("yours");
        await Expect(alice.Messages.Last).ToBeInViewportAsync();
        await Until.Equal(
            "it is read",
            MessageState.Read,
            async () => (await system.Clients[1].Api.MessagesAsync("alice")).Single(message => message.Text == "yours").State);

        Task<double> PlaceAsync() => alice.Page.EvaluateAsync<double>("document.querySelector('.message').getBoundingClientRect().y");
    }
}
