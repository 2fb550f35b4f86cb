using Microsoft.AspNetCore.Components.Server.Circuits;

namespace AspireChat.Client.Page;

/// <summary>
/// Follows the connection to the browser. A lost one is kept for some minutes in case the browser comes back; meanwhile
/// nobody sees the page, so no message becomes read. A user who has left may close the browser at once.
/// </summary>
internal sealed class PageCircuit(PageWindow page, IHostApplicationLifetime lifetime) : CircuitHandler
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
        if (page.HasLeft)
        {
            _ = Task.Run(lifetime.StopApplication, CancellationToken.None);
        }

        return Task.CompletedTask;
    }
}
