using System.Diagnostics;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Compare;

/// <summary>Waits until everything that was sent is where it can get.</summary>
internal static class Settling
{
    // After which a kind that keeps nothing is not expected to deliver more.
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1.5);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    /// <summary>
    /// Waits until the sender's client has nothing more to send, and every member of every kept kind has every text; of the others, too,
    /// or until nothing has come for a while.
    /// </summary>
    /// <param name="stage">The clients.</param>
    /// <param name="kinds">The kinds to wait for.</param>
    /// <param name="from">The number of the first text to wait for.</param>
    /// <param name="patience">For how long.</param>
    /// <param name="meanwhile">Called again and again.</param>
    /// <returns>What is missing after that time, as a sentence; null if nothing is.</returns>
    public static async Task<string?> SettleAsync(
        Stage stage, IReadOnlyList<KindFigures> kinds, int from, TimeSpan patience, Action? meanwhile = null)
    {
        var open = kinds.ToList();
        var doneAt = new Dictionary<KindFigures, long>();
        try
        {
            await Wait.UntilAsync(
                async () =>
                {
                    meanwhile?.Invoke();
                    foreach (var kind in open.ToList())
                    {
                        if (await IsSettledAsync(stage, kind, from, doneAt))
                        {
                            open.Remove(kind);
                        }
                    }

                    return open is [];
                },
                patience,
                "not everything arrived",
                Pause);
            return null;
        }
        catch (TimeoutException)
        {
            var missing = await Task.WhenAll(open.Select(async kind => $"{kind.Kind}: {await stage.CompareShownAsync(kind, from)}, "
                + $"the sender is {(await stage.IsSettledAsync(kind) ? "done" : "not done")}"));
            return $"{stage.Members} members: not everything arrived within {patience.TotalSeconds:0} s: {string.Join("; ", missing)}.";
        }
        finally
        {
            Show(kinds, kind => kind.Now is null ? null : kind.Now with { Lost = null });
        }
    }

    private static async Task<bool> IsSettledAsync(Stage stage, KindFigures kind, int from, Dictionary<KindFigures, long> doneAt)
    {
        if (!await stage.IsSettledAsync(kind))
        {
            return false;
        }

        doneAt.TryAdd(kind, Stopwatch.GetTimestamp());
        var difference = await stage.CompareShownAsync(kind, from);
        Show([kind], _ => kind.Now is null ? null : kind.Now with { Lost = difference.Lost });
        if (difference.Lost == 0 || kind.IsKept)
        {
            return difference.Lost == 0;
        }

        // What the broker has may still be on its way to members who have had nothing for a while.
        var lastAt = (await stage.CountAsync())[kind.Group].LastAt;
        return Stopwatch.GetElapsedTime(Math.Max(lastAt, doneAt[kind])) > Silence;
    }

    private static void Show(IEnumerable<KindFigures> kinds, Func<KindFigures, Moment?> now)
    {
        foreach (var kind in kinds)
        {
            kind.Now = now(kind);
        }
    }
}
