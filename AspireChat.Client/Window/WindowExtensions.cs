namespace AspireChat.Client.Window;

/// <summary>Registers what windows share.</summary>
public static class WindowExtensions
{
    /// <summary>Adds the drafts and choices that all windows of this user share.</summary>
    public static IHostApplicationBuilder AddWindow(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<SharedWindowState>();
        return builder;
    }
}
