using Microsoft.Playwright;
using Xunit;

namespace AspireChat.Tests.Infrastructure.Browser;

/// <summary>
/// A user's page in a browser, in the words of its user. At its end nothing may have violated the policy, and no script may
/// have failed.
/// </summary>
public sealed class ChatPage : IAsyncDisposable
{
    private const float Patience = 30_000;

    // The test's own listener; it runs before any script of the page.
    private const string CollectViolations =
        "window.violations = []; addEventListener('securitypolicyviolation', e => violations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sample}`));";

    private readonly List<string> _faults = [];

    private ChatPage(IPage page, string user) => (Page, User) = (page, user);

    /// <summary>The page.</summary>
    public IPage Page { get; }

    /// <summary>Whose page it is.</summary>
    public string User { get; }

    /// <summary>The box for texts.</summary>
    public ILocator Box => Page.Locator(".composer textarea");

    /// <summary>The texts of the shown messages, in order.</summary>
    public ILocator Messages => Page.Locator(".message .body");

    /// <summary>Opens a client's page with a fresh login code.</summary>
    public static Task<ChatPage> OpenAsync(SharedBrowser browser, InProcessClient client) => OpenAsync(browser, client, new());

    /// <summary>Opens a client's page with a fresh login code, for example on a phone.</summary>
    public static async Task<ChatPage> OpenAsync(SharedBrowser browser, InProcessClient client, BrowserNewContextOptions options) =>
        await OpenAsync(browser, client.Name, client.BaseAddress, client.Api, options);

    /// <summary>Opens a client's page with a fresh login code.</summary>
    public static async Task<ChatPage> OpenAsync(SharedBrowser browser, string user, Uri address, ChatApi api, BrowserNewContextOptions options)
    {
        options.ViewportSize ??= new() { Width = 1200, Height = 800 };
        var context = await browser.ContextAsync(options);
        context.SetDefaultTimeout(Patience);
        Assertions.SetDefaultExpectTimeout(Patience);
        await context.AddInitScriptAsync(CollectViolations);
        var page = await context.NewPageAsync();
        var chat = new ChatPage(page, user);
        page.PageError += (_, error) => chat.Note(error);
        page.Console += (_, message) =>
        {
            // The policy's violations are said here too; a connection that is lost is a test's own doing.
            if (message.Type == "error" && message.Text.Contains("Content Security Policy", StringComparison.Ordinal))
            {
                chat.Note(message.Text);
            }
        };
        await page.GotoAsync(new Uri(address, $"/login#code={(await api.MakeLoginCodeAsync()).Code}").AbsoluteUri);
        await chat.UntilReadyAsync();
        return chat;
    }

    /// <summary>Waits until the page is there, for example again after a reload.</summary>
    public Task UntilReadyAsync() => Assertions.Expect(Page.GetByRole(AriaRole.Navigation, new() { Name = "Conversations" })).ToBeVisibleAsync();

    /// <summary>A button by its name.</summary>
    public ILocator Button(string name) => Page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    /// <summary>A conversation in the list.</summary>
    public ILocator Listed(string title) => Page.Locator(".list .item").Filter(new() { Has = Page.Locator(".title").GetByText(title, new() { Exact = true }) });

    /// <summary>Opens a conversation of the list and waits until one can write there.</summary>
    public async Task ChooseAsync(string title)
    {
        await Listed(title).ClickAsync();
        await UntilOpenAsync(title);
    }

    /// <summary>Waits until a conversation is shown and one can write there.</summary>
    public async Task UntilOpenAsync(string title)
    {
        await Assertions.Expect(Page.Locator(".head h2")).ToHaveTextAsync(title);
        await Assertions.Expect(Box).ToBeFocusedAsync();
    }

    /// <summary>Types a text and Enter.</summary>
    public async Task SayAsync(string text)
    {
        await Box.FillAsync(text);
        await Box.PressAsync("Enter");
    }

    /// <summary>Waits until exactly these messages are shown.</summary>
    public Task UntilShownAsync(params string[] texts) => Assertions.Expect(Messages).ToHaveTextAsync(texts, new() { UseInnerText = true });

    /// <summary>Waits for the states of all own messages.</summary>
    public Task UntilStatesAsync(params string[] states) => Assertions.Expect(Page.Locator(".message .state")).ToHaveTextAsync(states);

    /// <summary>
    /// Hides the page or shows it again. Chromium hides no page without a screen, so the test pretends that it did. A
    /// dialog that is opened afterwards proves that the client has learned of it, since it hears of both in order.
    /// </summary>
    public async Task HideAsync(bool isHidden)
    {
        await Page.EvaluateAsync(
            "isHidden => { Object.defineProperty(document, 'hidden', { value: isHidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }",
            isHidden);
        var dialog = Page.GetByRole(AriaRole.Dialog, new() { Name = "Shortcuts and commands" });
        await Button("Shortcuts and commands").ClickAsync();
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await Page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(dialog).ToBeHiddenAsync();
    }

    /// <summary>Closes the page, and checks that it kept the rules.</summary>
    public async ValueTask DisposeAsync()
    {
        string[] violations = Page.IsClosed ? [] : await Page.EvaluateAsync<string[]>("window.violations ?? []");
        await Page.Context.DisposeAsync();
        lock (_faults)
        {
            Assert.Equal([], violations.Concat(_faults));
        }
    }

    private void Note(string fault)
    {
        lock (_faults)
        {
            _faults.Add(fault);
        }
    }
}
