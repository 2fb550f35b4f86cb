using AspireChat.Client.Faults;

namespace AspireChat.Client.Peers;

/// <summary>
/// How often this client may connect to an address. Whoever may write to the name server can name any host as a peer's
/// address, and clients must not become a nuisance to it: the waits between the tries of an address that has not shown
/// the expected key grow far beyond those of a peer in trouble.
/// </summary>
/// <remarks>
/// Counted for each user by itself: a record that names somebody else's host must not hold up the calls to that one. Not
/// for each key: who writes a record can put a new key into it at any time, but not make this client's user call more users.
/// </remarks>
internal sealed class AddressAttempts(TimeProvider time)
{
    /// <summary>The longest wait before the next try of somebody never met.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    /// <summary>
    /// The longest wait before the next try of somebody met before. A friend who was out of reach since this client's start
    /// is in most cases at that address, and whoever opens a chat waits for 30 s.
    /// </summary>
    public static readonly TimeSpan LongestWaitForKnown = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private readonly MostRecent<(string User, string Host, int Port), Address> _addresses = new(1_000);

    /// <summary>Whether a try is due now. If so, it has begun; it failed unless <see cref="Prove"/> is called.</summary>
    /// <param name="user">Whose address it is.</param>
    /// <param name="isKnown">Whether that user was met before.</param>
    /// <param name="address">Where.</param>
    /// <param name="fingerprint">The key that is expected there.</param>
    public bool TryBegin(string user, bool isKnown, Uri address, string fingerprint) =>
        Find(user, address).TryBegin(fingerprint, isKnown, time.GetUtcNow());

    /// <summary>The expected key has answered: further tries are not held up here.</summary>
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
