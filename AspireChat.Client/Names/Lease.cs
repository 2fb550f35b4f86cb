using System.Security.Cryptography;

namespace AspireChat.Client.Names;

/// <summary>
/// One process's hold on a name, from its first registration to its end. Only who knows the token can renew or give
/// up the registration, so a process that was paused for too long cannot touch its successor's.
/// </summary>
/// <param name="User">The user name.</param>
/// <param name="Address">Where the process listens: <c>https://host:port</c>.</param>
/// <param name="Fingerprint">The fingerprint of its key.</param>
public sealed record Lease(string User, Uri Address, string Fingerprint)
{
    /// <summary>128 random bits in hex; made here, so that a registration whose answer was lost can be repeated.</summary>
    public string Token { get; } = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));

    /// <summary>The epoch that its registration got; 0 before it.</summary>
    internal long Epoch { get; private set; }

    /// <summary>When it was registered, by the name server's clock and in its form; empty before it.</summary>
    internal string Since { get; private set; } = "";

    /// <summary>Remembers what the name server gave, for renewals to say again: what stands there may have been forged since.</summary>
    internal void Grant(long epoch, string since) => (Epoch, Since) = (epoch, Epoch == epoch && Since.Length > 0 ? Since : since);
}
