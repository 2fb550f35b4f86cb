using System.Net;
using System.Net.Sockets;

namespace AspireChat.AppHost.Local;

/// <summary>Asks a server of this machine whether it is there.</summary>
internal static class Probe
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(5);

    /// <summary>Connects to a loopback port and talks to whoever listens there, for five seconds at most.</summary>
    /// <param name="port">The port on 127.0.0.1.</param>
    /// <param name="talk">Says whether the answer is the right one.</param>
    /// <param name="cancellationToken">Ends the probe.</param>
    /// <returns>False too if nobody listens, hangs up or takes too long.</returns>
    public static async Task<bool> TryAsync(
        int port, Func<Stream, CancellationToken, Task<bool>> talk, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(AnswerTime);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(IPAddress.Loopback, port, patience.Token);
            return await talk(client.GetStream(), patience.Token);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false;
        }
    }
}
