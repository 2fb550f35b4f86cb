using AspireChat.Client.Names;

namespace AspireChat.Client.Session;

/// <summary>Who is online.</summary>
internal sealed partial class ChatSession
{
    // Malformed records leave gaps in what is read; small pages must not cost a call for each.
    private const int LeastRead = 50;

    /// <summary>The names of the users who are online according to the name server, this one included, in alphabetical order.</summary>
    /// <exception cref="ChatException">The name server is away (<see cref="ChatFault.Unavailable"/>).</exception>
    public async Task<IReadOnlyList<string>> ListNamesAsync(CancellationToken cancellationToken)
    {
        await registration.SettleAsync(cancellationToken);
        return await online.ListAsync(cancellationToken);
    }

    /// <summary>A page of the users who are online according to the name server, this one included, in alphabetical order.</summary>
    /// <param name="limit">The most users; 1 to <see cref="PageLimits.MaxUsers"/>, which is also the default. Fewer are the last page.</param>
    /// <param name="after">Only users after this name; null begins with the first one.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidArgument"/>: there is no such page. <see cref="ChatFault.Unavailable"/>: the name server is away.
    /// </exception>
    public async Task<IReadOnlyList<OnlineUser>> ListUsersAsync(int? limit, string? after, CancellationToken cancellationToken)
    {
        var most = limit is null or (>= 1 and <= PageLimits.MaxUsers)
            ? limit ?? PageLimits.MaxUsers
            : throw new ChatException(ChatFault.InvalidArgument, $"limit is {limit}; it must be from 1 to {PageLimits.MaxUsers:N0}.");
        var page = new List<OnlineUser>();
        var rest = (await ListNamesAsync(cancellationToken)).SkipWhile(name => string.CompareOrdinal(name, after) <= 0).ToArray();
        while (page.Count < most && rest.Length > 0)
        {
            var asked = Math.Min(rest.Length, Math.Max(most - page.Count, LeastRead));
            var records = await names.ReadAsync(rest[..asked], cancellationToken);
            page.AddRange(records.Take(most - page.Count).Select(
                peer => new OnlineUser(peer.User, PeerAddress.Text(peer.Address), peer.Since)));
            rest = rest[asked..];
        }

        return page;
    }
}
