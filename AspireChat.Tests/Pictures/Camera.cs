using Microsoft.Playwright;

namespace AspireChat.Tests.Pictures;

/// <summary>A headless browser that takes pictures, and their folder.</summary>
internal sealed class Camera : IAsyncDisposable
{
    // The browser loads only the requested pages.
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private readonly IPlaywright _playwright;
    private readonly IBrowser _browser;
    private readonly Uri _address;

    private Camera(IPlaywright playwright, IBrowser browser, IPage page, Uri address)
    {
        _playwright = playwright;
        _browser = browser;
        _address = address;
        Page = page;
    }

    public IPage Page { get; }

    /// <summary>Opens a page in the machine's Chromium.</summary>
    public static async Task<Camera> OpenAsync(Uri address)
    {
        var playwright = await Playwright.CreateAsync();
        var browser = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = "/usr/bin/chromium", Args = Arguments });
        var page = await browser.NewPageAsync(new() { ViewportSize = new() { Width = 1400, Height = 800 }, DeviceScaleFactor = 1 });
        page.SetDefaultTimeout(30_000);
        Assertions.SetDefaultExpectTimeout(30_000);
        await page.GotoAsync(address.AbsoluteUri);
        return new Camera(playwright, browser, page, address);
    }

    public string At(string path) => new Uri(_address, path).AbsoluteUri;

    /// <summary>Takes a picture once nothing on the page moves.</summary>
    public async Task TakeAsync(string name)
    {
        await Page.WaitForTimeoutAsync(2_000); // Nothing says when fonts, icons and animations are done.
        await Page.ScreenshotAsync(new() { Path = Path.Combine(Folder(), $"{name}.png") });
    }

    public async ValueTask DisposeAsync()
    {
        await _browser.DisposeAsync();
        _playwright.Dispose();
    }

    private static string Folder()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "AspireChat.sln")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("The tests do not lie in the repository.");
        }

        return Path.Combine(folder, "docs", "images");
    }
}
