using AspireChat.Client.Faults;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Limits how often the holder of one key may ask for chats, and under how many names. Names cost nothing, so without a
/// limit one stranger could fill the list of chats or prompt this user without end.
/// </summary>
internal sealed class RequestQuota(IOptions<PeerOptions> options, TimeProvider time)
{
    private static readonly TimeSpan NamesLast = TimeSpan.FromHours(1);

    private readonly MostRecent<string, Asker> _askers = new(10_000);

    /// <summary>Counts a request.</summary>
    /// <exception cref="TooManyRequestsException">The request exceeds a limit.</exception>
    public void Count(PeerCaller caller)
    {
        var perMinute = options.Value.MaxRequestsPerMinute;
        _askers.Meet(caller.Fingerprint, () => new Asker(new TokenBucket(perMinute / 60.0, perMinute, time)))
            .Count(caller.User, options.Value, time.GetUtcNow());
    }

    private sealed class Asker(TokenBucket requests)
    {
        private readonly Dictionary<string, DateTimeOffset> _names = new(StringComparer.Ordinal);

        public void Count(string name, PeerOptions limits, DateTimeOffset now)
        {
            lock (_names)
            {
                if (!requests.TryTake(1))
                {
                    throw new TooManyRequestsException(
                        $"You have asked too often; at most {limits.MaxRequestsPerMinute} requests per minute are accepted.");
                }

                foreach (var (old, _) in _names.Where(asked => now - asked.Value > NamesLast).ToList())
                {
                    _names.Remove(old);
                }

                if (!_names.ContainsKey(name) && _names.Count >= limits.MaxNamesPerKey)
                {
                    throw new TooManyRequestsException(
                        $"This key has asked under {_names.Count} names within the last hour; no more are accepted.");
                }

                _names[name] = now;
            }
        }
    }
}
