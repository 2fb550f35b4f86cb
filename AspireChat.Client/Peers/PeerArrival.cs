using System.Net;
using Microsoft.AspNetCore.Connections;

namespace AspireChat.Client.Peers;

/// <summary>A connection to the peer port as its gate sees it; a feature of that connection.</summary>
internal sealed class PeerArrival(PeerGate gate, ConnectionContext connection, IPAddress address)
{
    /// <summary>The connection.</summary>
    public ConnectionContext Connection { get; } = connection;

    /// <summary>Where it comes from.</summary>
    public IPAddress Address { get; } = address;

    /// <summary>Its place among the strangers of that address; null once it is none of them. The gate's own.</summary>
    public LinkedListNode<PeerArrival>? Place { get; set; }

    /// <summary>Whether it counts no more. The gate's own.</summary>
    public bool IsGone { get; set; }

    /// <summary>Somebody has greeted.</summary>
    public void Greet() => gate.Know(this);

    /// <summary>Its time is over, if nobody has greeted.</summary>
    public void SendAwayStranger()
    {
        if (gate.IsStranger(this))
        {
            PeerGate.SendAway(this);
        }
    }
}
