using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// The door of the peer port, before TLS: bounds the connections on which nobody has greeted yet, by address, in all and
/// in time. If there are too many, the oldest of them goes: whoever means to chat greets within moments, and one stranger
/// who holds many connections pushes out only those.
/// </summary>
internal sealed class PeerGate(IOptions<PeerOptions> options, TimeProvider time, PeerGateLog log)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, LinkedList<PeerArrival>> _strangers = [];
    private int _strangersInAll;
    private int _inAll;

    /// <summary>Lets a connection in, and serves it until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var address = (connection.RemoteEndPoint as IPEndPoint)?.Address ?? IPAddress.None;
        var arrival = new PeerArrival(this, connection, address);
        if (!TryEnter(arrival))
        {
            log.CountRefused();
            connection.Abort();
            return;
        }

        connection.Features.Set(arrival);
        using var patience = time.CreateTimer(
            _ => arrival.SendAwayStranger(), state: null, options.Value.GreetingTimeout, Timeout.InfiniteTimeSpan);
        try
        {
            await next(connection);
        }
        catch (Exception)
        {
            // Whatever a stranger does to a connection, Kestrel would call it an error of this client, in a line for each.
        }
        finally
        {
            Leave(arrival);
        }
    }

    /// <summary>Somebody has greeted on a connection, with a name that belongs to the key: it does not count as a stranger's.</summary>
    public void Know(PeerArrival arrival)
    {
        lock (_gate)
        {
            Forget(arrival);
        }
    }

    /// <summary>Whether nobody has greeted on a connection so far.</summary>
    public bool IsStranger(PeerArrival arrival)
    {
        lock (_gate)
        {
            return arrival.Place is not null;
        }
    }

    /// <summary>Ends a stranger's connection.</summary>
    public static void SendAway(PeerArrival arrival) =>
        arrival.Connection.Abort(new ConnectionAbortedException("Nobody has greeted on this connection."));

    private bool TryEnter(PeerArrival arrival)
    {
        PeerArrival? goes;
        lock (_gate)
        {
            if (!_strangers.TryGetValue(arrival.Address, out var same))
            {
                _strangers[arrival.Address] = same = new LinkedList<PeerArrival>();
            }

            arrival.Place = same.AddLast(arrival);
            _strangersInAll++;
            _inAll++;
            goes = same.Count > options.Value.MaxStrangersPerAddress ? same.First!.Value
                : _strangersInAll > options.Value.MaxStrangers || _inAll > options.Value.MaxConnections
                    ? _strangers.Values.MaxBy(each => each.Count)!.First!.Value
                    : null;
            if (goes is not null)
            {
                // It counts no more from here on, though its end takes a moment.
                Forget(goes);
                Count(goes);
            }
        }

        if (goes == arrival)
        {
            return false;
        }

        if (goes is not null)
        {
            log.CountRefused();
            SendAway(goes);
        }

        return true;
    }

    private void Leave(PeerArrival arrival)
    {
        bool isStranger;
        lock (_gate)
        {
            isStranger = arrival.Place is not null;
            Forget(arrival);
            Count(arrival);
        }

        if (isStranger)
        {
            log.CountRefused();
        }
    }

    private void Count(PeerArrival gone)
    {
        if (!gone.IsGone)
        {
            gone.IsGone = true;
            _inAll--;
        }
    }

    private void Forget(PeerArrival arrival)
    {
        if (arrival.Place is { List: { } same } place)
        {
            same.Remove(place);
            arrival.Place = null;
            _strangersInAll--;
            if (same.Count == 0)
            {
                _strangers.Remove(arrival.Address);
            }
        }
    }
}
