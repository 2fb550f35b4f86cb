using AspireChat.Client.Chat;
using AspireChat.Client.History;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>
    /// Finds messages of private chats, groups and received insults that have all words of a query, the newest first in the order
    /// in which this client stored them. The last word also finds longer ones that begin with it; upper case and accents do not
    /// matter.
    /// </summary>
    /// <param name="query">
    /// The words: 1 to <see cref="SearchLimits.MaxQueryLength"/> characters, at least one of them a letter or a digit. Other
    /// characters separate words and have no meaning.
    /// </param>
    /// <param name="limit">The most messages; 1 to <see cref="PageLimits.Max"/>, <see cref="PageLimits.Default"/> if null.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.InvalidArgument"/>: not such a query, or not such a limit.</exception>
    public IReadOnlyList<FoundMessage> Search(string? query, int? limit, CancellationToken cancellationToken)
    {
        var size = CheckPage(limit);
        if (query is { Length: > SearchLimits.MaxQueryLength })
        {
            throw new ChatException(
                ChatFault.InvalidArgument, $"The query has {query.Length:N0} characters; at most {SearchLimits.MaxQueryLength} are allowed.");
        }

        return SearchWords.Parse(query ?? "") is { } words
            ? store.Search(words, size, cancellationToken)
            : throw new ChatException(
                ChatFault.InvalidArgument, "A search needs at least one word: the query must have a letter or a digit.");
    }
}
