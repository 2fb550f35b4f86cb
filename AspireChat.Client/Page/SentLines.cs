using AspireChat.Client.Chat;

namespace AspireChat.Client.Page;

/// <summary>
/// The lines that a browser sends, one after the other. A browser that lost its connection cannot know which of them came, and
/// sends the rest again: each has an id, so each has its effect once.
/// </summary>
/// <param name="run">What a line does, and whether it did.</param>
internal sealed class SentLines(Func<Conversation, string, Task<bool>> run)
{
    // More than a browser can have under way.
    private const int Most = 64;

    private readonly OrderedDictionary<string, Task<bool>> _known = new(StringComparer.Ordinal);
    private Task _last = Task.CompletedTask;

    /// <summary>Takes a line; one that came before has the outcome that it had.</summary>
    /// <param name="id">The browser's id of the line.</param>
    /// <param name="to">The conversation in which it was typed.</param>
    /// <param name="line">The line.</param>
    /// <returns>Whether it has had its effect.</returns>
    public Task<bool> Take(string id, Conversation to, string line)
    {
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }

        var turn = RunAfterAsync(_last, to, line);
        _last = turn;
        _known.Add(id, turn);
        if (_known.Count > Most)
        {
            _known.RemoveAt(0);
        }

        return turn;
    }

    private async Task<bool> RunAfterAsync(Task before, Conversation to, string line)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await run(to, line);
    }
}
