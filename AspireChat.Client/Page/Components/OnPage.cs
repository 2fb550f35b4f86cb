using Microsoft.AspNetCore.Components;

namespace AspireChat.Client.Page.Components;

/// <summary>A part of the page.</summary>
public abstract class OnPage : ComponentBase
{
    [Inject]
    private protected PageWindow Page { get; set; } = null!;

    private protected Window.ChatWindow Window => Page.Window;
}
