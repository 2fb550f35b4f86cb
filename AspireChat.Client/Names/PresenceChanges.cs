using System.Globalization;
using StackExchange.Redis;

namespace AspireChat.Client.Names;

/// <summary>Who came and went at the name server since a version.</summary>
/// <param name="Count">How many are listed now; it shows a client whether it has missed a change.</param>
/// <param name="Version">
/// The version up to which these are all changes that were told; null if the name server does not know the version asked about.
/// </param>
/// <param name="Items">The changes, the oldest first.</param>
public sealed record PresenceChanges(long Count, string? Version, IReadOnlyList<PresenceChange> Items)
{
    /// <summary>Reads the answer of a script.</summary>
    /// <returns>Null if it is empty.</returns>
    internal static PresenceChanges? Parse(RedisResult answer)
    {
        var fields = ((string[]?)answer)!;
        return fields.Length == 0 ? null : new PresenceChanges(
            long.Parse(fields[0], CultureInfo.InvariantCulture),
            fields[1].Length == 0 ? null : fields[1],
            [.. fields.Skip(2).Chunk(2).Select(pair => new PresenceChange(
                pair[0], pair[1] != PresenceScripts.Gone, pair[1] == PresenceScripts.Registered))]);
    }
}

/// <summary>A change about one user.</summary>
/// <param name="User">The user, as anyone may have written it there; it need not be a name.</param>
/// <param name="IsListed">Whether the user is listed now, whatever happened meanwhile.</param>
/// <param name="IsNew">Whether the user is listed and has registered anew.</param>
public readonly record struct PresenceChange(string User, bool IsListed, bool IsNew);
