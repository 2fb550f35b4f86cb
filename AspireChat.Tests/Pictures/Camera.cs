using AspireChat.Tests.Infrastructure;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;

namespace AspireChat.Tests.Pictures;

/// <summary>Takes pictures for <c>docs/images</c>.</summary>
internal static class Camera
{
    /// <summary>Opens a page for pictures.</summary>
    public static async Task<IPage> OpenAsync(SharedBrowser browser, Uri address)
    {
        var context = await browser.ContextAsync(new() { ViewportSize = new() { Width = 1400, Height = 800 }, DeviceScaleFactor = 1 });
        var page = await context.NewPageAsync();
        page.SetDefaultTimeout(30_000);
        Assertions.SetDefaultExpectTimeout(30_000);
        await page.GotoAsync(address.AbsoluteUri);
        return page;
    }

    /// <summary>Takes a picture of a user's page.</summary>
    public static Task TakeAsync(ChatPage chat, string name) => TakeAsync(chat.Page, name);

    /// <summary>Takes a picture once nothing on the page moves.</summary>
    public static async Task TakeAsync(IPage page, string name)
    {
        await page.WaitForTimeoutAsync(2_000); // Nothing says when fonts, icons and animations are done.
        await page.ScreenshotAsync(new() { Path = Repository.At("docs", "images", $"{name}.png") });
    }
}
