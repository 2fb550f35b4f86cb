using Microsoft.AspNetCore.Components;

namespace AspireChat.Client.Page.Components;

/// <summary>A part of the page that is drawn again whenever the window has changed.</summary>
public abstract class Watching : ComponentBase, IDisposable
{
    [Inject]
    private protected PageWindow Page { get; set; } = null!;

    private protected Window.ChatWindow Window => Page.Window;

    /// <inheritdoc/>
    protected override void OnInitialized()
    {
        Window.Changed += Draw;
        Page.Changed += Draw;
    }

    /// <inheritdoc/>
    public virtual void Dispose()
    {
        Window.Changed -= Draw;
        Page.Changed -= Draw;
        GC.SuppressFinalize(this);
    }

    private void Draw() => _ = InvokeAsync(StateHasChanged);
}
