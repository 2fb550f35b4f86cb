using AspireChat.Client.Chat;
using AspireChat.Client.Page.Access;
using AspireChat.Client.Page.Components;
using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Options;
using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspireChat.Client.Page;

/// <summary>Registers the page.</summary>
public static class PageExtensions
{
    // It warns that the keys are not encrypted at rest; they lie beside the user's own key, which only the user can read.
    private const string KeyWarnings = "Microsoft.AspNetCore.DataProtection";

    // The box holds 60,000 characters (Composer), of which each may take six bytes in a call.
    private const int MaxCall = 512 * 1024;

    // Named here, since the tests run clients in a process of another name.
    private const string Files = "AspireChat.Client.staticwebassets";

    /// <summary>Adds the page that shows the chat in a browser of this machine.</summary>
    public static IHostApplicationBuilder AddPage(this WebApplicationBuilder builder)
    {
        // Published, the page's files lie beside the program; until then this list says where they are.
        var list = Path.Combine(AppContext.BaseDirectory, $"{Files}.runtime.json");
        if (File.Exists(list))
        {
            builder.Configuration[WebHostDefaults.StaticWebAssetsKey] = list;
            builder.WebHost.UseStaticWebAssets();

            // Else every path would have a fallback for files that a developer adds, so the API could not say 404.
            builder.Configuration["ReloadStaticAssetsAtRuntime"] = "false";
        }

        builder.Logging.AddFilter(KeyWarnings, LogLevel.Error);
        builder.Services.AddSingleton<LoginHandout>();
        builder.Services.AddSingleton<LoginCodes>();
        builder.Services.AddSingleton<PageSessions>();
        builder.Services.AddScoped<PageWindow>();
        builder.Services.AddScoped<CircuitHandler, PageCircuit>();
        builder.Services.Configure<AspNetCoreTraceInstrumentationOptions>(PageTraces.Narrow);
        builder.Services.AddSingleton<SentLines>();
        builder.Services.AddRazorComponents().AddInteractiveServerComponents().AddHubOptions(hub => hub.MaximumReceiveMessageSize = MaxCall);
        builder.Services.AddAntiforgery();
        builder.Services.AddOptions<Microsoft.AspNetCore.Antiforgery.AntiforgeryOptions>()
            .Configure<IOptions<ChatOptions>>((antiforgery, chat) => antiforgery.Cookie.Name = $"aspirechat-{chat.Value.Name}-forms");
        builder.Services.AddDataProtection().SetApplicationName("AspireChat");
        builder.Services.AddSingleton<IConfigureOptions<Microsoft.AspNetCore.DataProtection.KeyManagement.KeyManagementOptions>, PageKeys>();
        return builder;
    }

    /// <summary>Maps the page and its login, and guards both.</summary>
    public static WebApplication MapPage(this WebApplication app)
    {
        app.UseMiddleware<PageGuard>();
        app.UseAntiforgery();
        app.MapStaticAssets($"{Files}.endpoints.json");
        app.MapLogin();
        app.MapLoginCodes();

        // The page has its own policy, with the same rule for frames.
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(render => render.ContentSecurityFrameAncestorsPolicy = null);
        return app;
    }
}
