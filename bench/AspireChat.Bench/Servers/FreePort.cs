using System.Net;
using System.Net.Sockets;

namespace AspireChat.Bench.Servers;

/// <summary>Ports for servers that cannot bind port 0, below the range of ports for outgoing connections.</summary>
internal static class FreePort
{
    private static readonly HashSet<int> Taken = [];

    /// <summary>A port on 127.0.0.1 without a listener, never the same twice.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(15_000, 32_000);
            if (Taken.Add(port) && IsFree(port))
            {
                return port;
            }
        }
    }

    /// <summary>Whether somebody listens on a port of 127.0.0.1.</summary>
    public static async Task<bool> ListensAsync(int port)
    {
        using var probe = new TcpClient();
        try
        {
            await probe.ConnectAsync(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var probe = new TcpListener(IPAddress.Loopback, port);
            probe.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
