using System.Net;
using System.Net.Sockets;

namespace AspireChat.AppHost.Servers;

/// <summary>Finds free ports on 127.0.0.1 for servers that cannot choose one themselves.</summary>
/// <remarks>
/// Another program may take a port between the search and the server's start, which takes ten seconds with RabbitMQ. So the
/// ports are below those of outgoing connections (from 32768 on Linux), and each process, and each host in it, starts to
/// search at a different port.
/// </remarks>
internal sealed class LoopbackPorts
{
    private const int First = 15_000;
    private const int Count = 16_000;
    private const int PerHost = 32;
    private const int Places = Count / PerHost;

    // Coprime to the number of places, so that the next host of this process is far from processes with neighbouring ids.
    private const int Stride = 251;

    private static int _hosts = -1;

    private int _next = (int)((Environment.ProcessId + (long)Stride * Interlocked.Increment(ref _hosts)) % Places) * PerHost;

    /// <summary>Returns a port that is free now, each at most once.</summary>
    /// <exception cref="HostException">No port is free.</exception>
    public int Take()
    {
        for (var tried = 0; tried < Count; tried++)
        {
            var port = First + _next;
            _next = (_next + 1) % Count;
            if (IsFree(port))
            {
                return port;
            }
        }

        throw new HostException($"No port from {First} to {First + Count - 1} is free on 127.0.0.1.");
    }

    private static bool IsFree(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
            socket.Listen(1);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
