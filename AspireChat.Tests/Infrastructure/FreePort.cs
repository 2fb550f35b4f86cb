using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// Ports for servers that cannot bind port 0 or must come back on the port they had. They lie below the range from which
/// operating systems take ports of outgoing connections, so that none is lost while its server is down.
/// </summary>
public static class FreePort
{
    private const int First = 15_000;
    private const int Last = 32_000;

    private static readonly ConcurrentDictionary<int, byte> Taken = new();

    /// <summary>A port on 127.0.0.1 that nobody listens on, never the same twice in a run.</summary>
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
                // Somebody else's; the next one.
            }
        }
    }
}
