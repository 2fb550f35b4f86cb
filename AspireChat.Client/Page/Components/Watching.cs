namespace AspireChat.Client.Page.Components;

/// <summary>A part of the page that is drawn again whenever the window has changed. A part that gets its content from another is not.</summary>
public abstract class Watching : OnPage, IDisposable
{
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
