using AspireChat.Client.Faults;

namespace AspireChat.Client.Peers;

/// <summary>
/// Limits how often this client connects to an address. Anyone who can write to the name server can name any host as a
/// peer's address, and clients must not become a nuisance to that host: the waits between attempts at an address that has
/// not shown the expected key grow far beyond those for a peer in trouble.
/// </summary>
/// <remarks>
/// Attempts are counted per user, so a record that names another peer's host does not delay calls to that peer. They are not
/// counted per key: the author of a record can replace its key at any time, but cannot make this client's user call more
/// users.
/// </remarks>
internal sealed class AddressAttempts(TimeProvider time)
{
    /// <summary>The longest wait before the next attempt to reach a user this client has never met.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest wait before the next attempt to reach a user this client has met. A friend who has been unreachable since
    /// this client started is usually at that address, and a user who opens a chat waits for 30 s.
    /// </summary>
    public static readonly TimeSpan LongestWaitForKnown = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private readonly MostRecent<(string User, string Host, int Port), Address> _addresses = new(1_000);

    /// <summary>Starts an attempt if one is due now. It counts as failed unless <see cref="Prove"/> is called.</summary>
    /// <param name="user">The user whose address it is.</param>
    /// <param name="isKnown">Whether this client has met that user.</param>
    /// <param name="address">The address.</param>
    /// <param name="fingerprint">The key expected there.</param>
    public bool TryBegin(string user, bool isKnown, Uri address, string fingerprint) =>
        Find(user, address).TryBegin(fingerprint, isKnown, time.GetUtcNow());

    /// <summary>Records that the expected key has answered; further attempts are not delayed.</summary>
    public void Prove(string user, Uri address, string fingerprint) => Find(user, address).Prove(fingerprint);

    private Address Find(string user, Uri address) => _addresses.Meet((user, address.IdnHost, address.Port), () => new Address());

    private sealed class Address
    {
        private readonly Lock _gate = new();
        private readonly Backoff _backoff = new(FirstWait, LongestWait);
        private readonly Backoff _backoffForKnown = new(FirstWait, LongestWaitForKnown);
        private DateTimeOffset _next;
        private string? _proven;

        public bool TryBegin(string fingerprint, bool isKnown, DateTimeOffset now)
        {
            lock (_gate)
            {
                if (_proven == fingerprint)
                {
                    return true;
                }

                if (now < _next)
                {
                    return false;
                }

                _next = now + (isKnown ? _backoffForKnown : _backoff).Next();
                return true;
            }
        }

        public void Prove(string fingerprint)
        {
            lock (_gate)
            {
                _proven = fingerprint;
                _next = default;
                _backoff.Reset();
                _backoffForKnown.Reset();
            }
        }
    }
}
