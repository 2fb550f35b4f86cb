using AspireChat.Tests.Functional.AppHost;
using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;

namespace AspireChat.Tests.Pictures;

/// <summary>
/// Makes the pictures of the dashboard in <c>docs/images</c> from a running system, only on request (<c>eng/pictures.sh</c>).
/// </summary>
public sealed class DashboardPictures(SharedBrowser browser)
{
    private const string Alice = "alice", Bob = "bob", Carol = "carol";

    [Fact(Explicit = true)]
    [Trait("Category", "Picture")]
    public async Task Dashboard_traces_and_one_message()
    {
        await using var whole = await WholeSystem.StartAsync([Alice, Bob, Carol], ["dora", "emil"], dashboard: true, terminals: true);
        var address = await whole.Dashboard.AddressAsync();
        var page = await Camera.OpenAsync(browser, address);
        await Assertions.Expect(page.GetByText("carol's client")).ToBeVisibleAsync();
        await Camera.TakeAsync(page, "dashboard");

        await page.Locator("tr").Filter(new() { HasText = "alice's client" }).Locator("fluent-button[title^='Sends a private message']").ClickAsync();
        await Assertions.Expect(page.GetByText("What to say.")).ToBeVisibleAsync();
        await Camera.TakeAsync(page, "command");
        await page.GetByText("Cancel", new() { Exact = true }).Last.ClickAsync();

        await page.GetByText("Graph", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("svg text").GetByText(Carol, new() { Exact = true })).ToBeVisibleAsync();
        await Camera.TakeAsync(page, "graph");

        await whole.Client(Bob).JoinGroupAsync("tea", GroupMode.Durable);
        await whole.Client(Carol).JoinGroupAsync("tea", GroupMode.Durable);
        await Say(Alice, "send", ("to", Bob), ("text", "hello bob"));
        await whole.Client(Bob).MarkReadAsync(Alice);
        await Say(Alice, "say", ("group", "tea"), ("text", "who wants tea?"));
        await Say(Carol, "discover");
        await Say(Bob, "insult", ("text", "You pour the milk first!"));
        var spans = await Until.Value(
            "the dashboard has the message, its receipt, its read mark, and all other messages",
            whole.Dashboard.SpansAsync,
            seen => Expected.All(name => seen.Any(span => span.Name == name)));

        await page.GotoAsync(At("/traces"));
        await Assertions.Expect(page.GetByText("POST /api/chats/{user}/messages").First).ToBeVisibleAsync();
        await Camera.TakeAsync(page, "traces");

        await page.GotoAsync(At($"/traces/detail/{spans.Single(span => span.Name == "send user").TraceId}"));
        await Assertions.Expect(page.GetByText("MSG aspirechat delivered user:bob").First).ToBeVisibleAsync();
        await Camera.TakeAsync(page, "trace");

        await page.GotoAsync(At($"/consolelogs/resource/{Carol}"));
        await Assertions.Expect(page.GetByText("Fit", new() { Exact = true })).ToBeVisibleAsync();
        await Camera.TakeAsync(page, "terminal");

        string At(string path) => new Uri(address, path).AbsoluteUri;

        async Task Say(string user, string command, params (string Name, string Value)[] arguments)
        {
            var result = await whole.ExecuteAsync(user, command, arguments);
            Assert.True(result.Success, result.Message);
        }
    }

    private static readonly string[] Expected = ["delivered user", "read user", "confirmed group", "receive survey", "receive insults"];
}
