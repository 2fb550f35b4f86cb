using Microsoft.AspNetCore.Connections;

namespace AspireChat.Client.Peers;

/// <summary>A connection to the peer port as its gate sees it; a feature of that connection.</summary>
internal sealed class PeerArrival(PeerGate gate, ConnectionContext connection)
{
    /// <summary>The connection.</summary>
    public ConnectionContext Connection { get; } = connection;

    /// <summary>Where it stands among the strangers or the known ones; null once it has ended or is being ended. The gate's own.</summary>
    public PeerPlace? Place { get; set; }

    /// <summary>Somebody has greeted, with a name that belongs to that key.</summary>
    public void Greet(string fingerprint) => gate.Know(this, fingerprint);

    /// <summary>Its time is over, if nobody has greeted.</summary>
    public void SendAwayStranger() => gate.SendAwayStranger(this);
}
