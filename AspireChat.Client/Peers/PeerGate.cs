using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Guards the peer port before TLS. Limits the connections on which no peer has greeted yet, per address, in total and in
/// time, and all others per key. The gate refuses no new connection: if there are too many, it ends an older one of the
/// address or key that has most. A real peer greets within moments, and a stranger or a key with many connections only
/// displaces its own.
/// </summary>
internal sealed class PeerGate(IOptions<PeerOptions> options, TimeProvider time, PeerGateLog log)
{
    private readonly Lock _gate = new();
    private readonly PeerCrowd _strangers = new();
    private readonly PeerCrowd _known = new();

    /// <summary>Admits a connection and serves it until it ends.</summary>
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
            // Otherwise Kestrel would log an error of this client for each thing that a stranger does to a connection.
        }
        finally
        {
            Leave(arrival);
        }
    }

    /// <summary>
    /// Records that a peer has greeted with a name that belongs to its key: the connection now counts as that key's. A key
    /// needs no more connections than it may have calls; if it has more, the one that greeted longest ago ends.
    /// </summary>
    public void Know(PeerArrival arrival, string fingerprint)
    {
        PeerArrival? goes = null;
        lock (_gate)
        {
            if (arrival.Place is null)
            {
                // It is already being ended.
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

    /// <summary>Ends a connection if no peer has greeted on it yet.</summary>
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
                // If the newcomer is the only stranger, a known peer's connection makes room.
                goes = _strangers.Count > 1 ? _strangers.OldestOfMost() : _known.OldestOfMost();
            }

            if (goes is not null)
            {
                // It no longer counts, although ending it takes a moment.
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
            arrival.Connection.Abort(new ConnectionAbortedException("No peer greeted on this connection, or too many were open."));
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

    // The owner of one IPv6 address has 2^64 of them, so an IPv6 owner is its /64 prefix.
    private static string Whose(ConnectionContext connection) => (connection.RemoteEndPoint as IPEndPoint)?.Address switch
    {
        null => "",
        { IsIPv4MappedToIPv6: true } mapped => mapped.MapToIPv4().ToString(),
        { AddressFamily: AddressFamily.InterNetworkV6 } address => Convert.ToHexString(address.GetAddressBytes().AsSpan(0, 8)),
        var address => address.ToString(),
    };
}
