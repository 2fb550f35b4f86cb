using Microsoft.Extensions.DependencyInjection.Extensions;

namespace AspireChat.Client.Window;

/// <summary>Registers what windows need.</summary>
public static class WindowExtensions
{
    /// <summary>Adds what all windows of this client share.</summary>
    public static IHostApplicationBuilder AddWindow(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<SharedWindowState>();
        return builder;
    }
}
