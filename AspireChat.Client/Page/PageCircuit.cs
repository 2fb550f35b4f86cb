using Microsoft.AspNetCore.Components.Server.Circuits;

namespace AspireChat.Client.Page;

/// <summary>
/// Follows the connection to the browser. A lost one is kept for some minutes in case the browser comes back; meanwhile
/// nobody sees the page, so no message becomes read.
/// </summary>
internal sealed class PageCircuit(PageWindow page) : CircuitHandler
{
    /// <inheritdoc/>
    public override Task OnConnectionUpAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        page.Connect(isConnected: true);
        return Task.CompletedTask;
    }

    /// <inheritdoc/>
    public override Task OnConnectionDownAsync(Circuit circuit, CancellationToken cancellationToken)
    {
        page.Connect(isConnected: false);
        return Task.CompletedTask;
    }
}
