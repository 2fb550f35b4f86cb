using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// Ports for servers that cannot bind port 0 or must return on the same port. They are below the range of ports for outgoing
/// connections, so that no other program takes one while its server is down.
/// </summary>
public static class FreePort
{
    private const int First = 15_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, byte> Taken = new();

    /// <summary>A port on 127.0.0.1 without a listener, never the same twice in a run.</summary>
    public static int Next()
    {
        while (true)
        {
            var port = Random.Shared.Next(First, Last);
            if (!Taken.TryAdd(port, 0))
            {
                continue;
            }

            try
            {
                using var probe = new TcpListener(IPAddress.Loopback, port);
                probe.Start();
                return port;
            }
            catch (SocketException)
            {
                // Another program has this port.
            }
        }
    }
}
