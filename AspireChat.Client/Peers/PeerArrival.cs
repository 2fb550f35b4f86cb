using Microsoft.AspNetCore.Connections;

namespace AspireChat.Client.Peers;

/// <summary>A connection to the peer port as the gate sees it; stored as a feature of that connection.</summary>
internal sealed class PeerArrival(PeerGate gate, ConnectionContext connection)
{
    /// <summary>The connection.</summary>
    public ConnectionContext Connection { get; } = connection;

    /// <summary>The connection's place among the strangers or the known peers; null once it ends. Only the gate uses it.</summary>
    public PeerPlace? Place { get; set; }

    /// <summary>Records that the peer has greeted with a name that belongs to its key.</summary>
    public void Greet(string fingerprint) => gate.Know(this, fingerprint);

    /// <summary>Ends the connection if no peer has greeted on it in time.</summary>
    public void SendAwayStranger() => gate.SendAwayStranger(this);
}
