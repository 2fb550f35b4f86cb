using System.Collections.Concurrent;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Peers;

/// <summary>
/// How often this client may connect to an address. Whoever may write to the name server can name any host as a peer's
/// address, and clients must not become a nuisance to it: the waits between the tries of an address that has not shown
/// the expected key grow far beyond those of a peer in trouble.
/// </summary>
internal sealed class AddressAttempts(TimeProvider time)
{
    /// <summary>The longest wait before the next try.</summary>
    public static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private const int MostAddresses = 1_000;
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    private readonly ConcurrentDictionary<(string Host, int Port), Address> _addresses = new();

    /// <summary>Whether a try is due now. If so, it has begun; it failed unless <see cref="Prove"/> is called.</summary>
    /// <param name="address">Where.</param>
    /// <param name="fingerprint">The key that is expected there.</param>
    public bool TryBegin(Uri address, string fingerprint)
    {
        if (_addresses.Count >= MostAddresses)
        {
            Forget();
        }

        return _addresses.GetOrAdd(KeyOf(address), _ => new Address()).TryBegin(fingerprint, time.GetUtcNow());
    }

    /// <summary>The expected key has answered: further tries are not held up here.</summary>
    public void Prove(Uri address, string fingerprint)
    {
        if (_addresses.TryGetValue(KeyOf(address), out var known))
        {
            known.Prove(fingerprint);
        }
    }

    private static (string Host, int Port) KeyOf(Uri address) => (address.IdnHost, address.Port);

    private void Forget()
    {
        var now = time.GetUtcNow();
        foreach (var address in _addresses.Where(address => address.Value.IsIdle(now)).ToList())
        {
            _addresses.TryRemove(address);
        }
    }

    private sealed class Address
    {
        private readonly Lock _gate = new();
        private readonly Backoff _backoff = new(FirstWait, LongestWait);
        private DateTimeOffset _next;
        private string? _proven;

        public bool TryBegin(string fingerprint, DateTimeOffset now)
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

                _next = now + _backoff.Next();
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
            }
        }

        public bool IsIdle(DateTimeOffset now)
        {
            lock (_gate)
            {
                return now > _next + LongestWait;
            }
        }
    }
}
