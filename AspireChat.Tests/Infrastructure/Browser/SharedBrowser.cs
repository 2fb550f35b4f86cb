using System.Diagnostics;
using AspireChat.Tests.Infrastructure.Browser;
using Microsoft.Playwright;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedBrowser))]

namespace AspireChat.Tests.Infrastructure.Browser;

/// <summary>
/// The headless Chromium that all tests share, started on first use. Every page has cookies and storage of its own, as if it
/// were opened in a browser of its own.
/// </summary>
public sealed class SharedBrowser : IAsyncDisposable
{
    private const string Program = "/usr/bin/chromium";

    // The browser loads only the requested pages.
    private static readonly string[] Arguments =
        ["--no-sandbox", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server"];

    private readonly Lazy<Task<(IPlaywright, IBrowser Browser)>> _started = new(StartAsync);

    /// <summary>Opens a context of its own.</summary>
    public async Task<IBrowserContext> ContextAsync(BrowserNewContextOptions options) => await (await _started.Value).Browser.NewContextAsync(options);

    public async ValueTask DisposeAsync()
    {
        if (_started.IsValueCreated)
        {
            var (playwright, browser) = await _started.Value;
            await browser.DisposeAsync();
            playwright.Dispose();
        }
    }

    private static async Task<(IPlaywright, IBrowser)> StartAsync()
    {
        if (!File.Exists(Program))
        {
            using var installation = Process.Start(new ProcessStartInfo(Repository.At("eng", "install-chromium.sh")) { RedirectStandardError = true })!;
            var said = await installation.StandardError.ReadToEndAsync();
            await installation.WaitForExitAsync();
            Assert.True(installation.ExitCode == 0, said);
        }

        var playwright = await Playwright.CreateAsync();
        return (playwright, await playwright.Chromium.LaunchAsync(new() { ExecutablePath = Program, Args = Arguments }));
    }
}
