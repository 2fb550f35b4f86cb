using AspireChat.Client.Chat;

namespace AspireChat.Client.Page;

/// <summary>
/// The lines that browsers have sent to this client. A browser that lost its connection cannot know which of them came, and
/// sends the rest again, perhaps from a new page: each has an id, so each has its effect once as long as the client runs. Those
/// of a conversation have it one after the other. Safe for concurrent use.
/// </summary>
internal sealed class SentLines
{
    // More than a user's browsers can have under way.
    private const int Most = 256;

    private readonly Lock _gate = new();
    private readonly OrderedDictionary<string, (Conversation To, Task<bool> Turn)> _known = new(StringComparer.Ordinal);

    /// <summary>Takes a line; one that came before has the outcome that it had.</summary>
    /// <param name="id">The browser's id of the line.</param>
    /// <param name="to">The conversation in which it was typed.</param>
    /// <param name="run">What the line does, and whether it did.</param>
    /// <returns>Whether it has had its effect.</returns>
    public Task<bool> Take(string id, Conversation to, Func<Task<bool>> run)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(id, out var known))
            {
                return known.Turn;
            }

            var before = _known.Values.LastOrDefault(earlier => earlier.To == to).Turn ?? Task.CompletedTask;
            var turn = RunAfterAsync(before, run);
            _known.Add(id, (to, turn));
            if (_known.Count > Most)
            {
                _known.RemoveAt(0);
            }

            return turn;
        }
    }

    private static async Task<bool> RunAfterAsync(Task before, Func<Task<bool>> run)
    {
        await before.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing | ConfigureAwaitOptions.ContinueOnCapturedContext);
        return await run();
    }
}
