using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// The door of the peer port, before TLS. Bounds the connections on which nobody has greeted yet, by address, in all and
/// in time, and the others by key. Nobody is refused: if there are too many, an older one ends, of whoever has most.
/// Whoever means to chat greets within moments, and one stranger with many connections, or one key, pushes out its own.
/// </summary>
internal sealed class PeerGate(IOptions<PeerOptions> options, TimeProvider time, PeerGateLog log)
{
    private readonly Lock _gate = new();
    private readonly PeerCrowd _strangers = new();
    private readonly PeerCrowd _known = new();

    /// <summary>Lets a connection in, and serves it until it ends.</summary>
    public async Task ServeAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var arrival = new PeerArrival(this, connection);
        Enter(arrival);
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

    /// <summary>
    /// Somebody has greeted on a connection, with a name that belongs to the key: it counts as that key's from now on. A
    /// key needs no more connections than it may have calls; beyond, the one that greeted longest ago ends.
    /// </summary>
    public void Know(PeerArrival arrival, string fingerprint)
    {
        PeerArrival? goes = null;
        lock (_gate)
        {
            if (arrival.Place is null)
            {
                // It is being sent away.
                return;
            }

            Forget(arrival);
            _known.Add(fingerprint, arrival);
            if (_known.CountOf(fingerprint) > options.Value.MaxCallsPerPeer)
            {
                goes = _known.OldestOf(fingerprint);
                Forget(goes);
            }
        }

        SendAway(goes);
    }

    /// <summary>Ends a connection if nobody has greeted on it so far.</summary>
    public void SendAwayStranger(PeerArrival arrival)
    {
        lock (_gate)
        {
            if (arrival.Place?.Crowd != _strangers)
            {
                return;
            }

            Forget(arrival);
        }

        SendAway(arrival);
    }

    private void Enter(PeerArrival arrival)
    {
        PeerArrival? goes = null;
        var address = Whose(arrival.Connection);
        lock (_gate)
        {
            _strangers.Add(address, arrival);
            if (_strangers.CountOf(address) > options.Value.MaxStrangersPerAddress)
            {
                goes = _strangers.OldestOf(address);
            }
            else if (_strangers.Count > options.Value.MaxStrangers || _strangers.Count + _known.Count > options.Value.MaxConnections)
            {
                // The only stranger is the newcomer itself: then it is for the known ones to make room.
                goes = _strangers.Count > 1 ? _strangers.OldestOfMost() : _known.OldestOfMost();
            }

            if (goes is not null)
            {
                // Out of the count from here on, though its end takes a moment.
                Forget(goes);
            }
        }

        SendAway(goes);
    }

    private void Leave(PeerArrival arrival)
    {
        bool isStranger;
        lock (_gate)
        {
            isStranger = arrival.Place?.Crowd == _strangers;
            Forget(arrival);
        }

        if (isStranger)
        {
            log.CountEnded();
        }
    }

    private void SendAway(PeerArrival? arrival)
    {
        if (arrival is not null)
        {
            log.CountEnded();
            arrival.Connection.Abort(new ConnectionAbortedException("Nobody greeted on this connection, or there were too many."));
        }
    }

    private static void Forget(PeerArrival arrival)
    {
        if (arrival.Place is { } place)
        {
            place.Crowd.Remove(place);
            arrival.Place = null;
        }
    }

    // Who has one IPv6 address has 2^64 of them.
    private static string Whose(ConnectionContext connection) => (connection.RemoteEndPoint as IPEndPoint)?.Address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        var address => address.ToString(),
    };
}
