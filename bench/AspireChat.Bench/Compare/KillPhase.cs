using System.Diagnostics;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Compare;

/// <summary>A server is killed and started again while texts come to all kinds at a pace.</summary>
internal static class KillPhase
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Measures it.</summary>
    /// <param name="stage">The clients.</param>
    /// <param name="victim">The server.</param>
    /// <param name="sizes">How much.</param>
    /// <param name="live">Where the phases are told.</param>
    /// <param name="note">Keeps what it meant for a kind.</param>
    /// <returns>What went wrong.</returns>
    public static async Task<IReadOnlyList<string>> MeasureAsync(
        Stage stage, IRestartable victim, CompareSizes sizes, LiveTable live, Action<KindFigures, Outage> note)
    {
        var failures = new List<string>();
        var first = stage.Next;
        var before = await stage.CountAsync();
        live.Tell($"{victim.Name} killed and started again at {sizes.PerSecond:0.#} texts/s to all kinds");
        await stage.ForgetLatenciesAsync();
        await stage.BeginPaceAsync(sizes.PerSecond);
        await Task.Delay(sizes.Around);

        var killedAt = Stopwatch.GetTimestamp();
        await victim.KillAsync();
        var afterKill = await stage.NextAtPaceAsync();
        await Task.Delay(CompareSizes.Down);
        await victim.RestartAsync();

        var answersAfter = Stopwatch.GetElapsedTime(killedAt).TotalSeconds;
        live.Tell($"{victim.Name} answers again {answersAfter:0.0} s after the kill; waiting for all kinds");
        var recovered = await AwaitRecoveryAsync(stage, afterKill, sizes.Patience);
        failures.AddRange(stage.Kinds.Where(kind => kind.IsKept && !recovered.ContainsKey(kind)).Select(kind =>
            $"{kind.Kind} with {stage.Members} members: {sizes.Patience.TotalSeconds:0} s after {victim.Name} was there again "
            + "no text had reached all of them."));
        await Task.Delay(sizes.Around);
        await stage.EndPaceAsync();
        if (await Settling.SettleAsync(stage, stage.Kinds, first, sizes.Patience) is { } sentence)
        {
            failures.Add($"{victim.Name} killed, {sentence}");
        }

        var after = await stage.CountAsync();
        foreach (var kind in stage.Kinds)
        {
            var shown = await stage.CompareShownAsync(kind, first);

            // Those of earlier texts count, too: what was not yet acknowledged comes again.
            shown.Doubled = (int)(after[kind.Group].Doubled - before[kind.Group].Doubled);
            double? seconds = recovered.TryGetValue(kind, out var at) ? Stopwatch.GetElapsedTime(killedAt, at).TotalSeconds : null;
            note(kind, new Outage(shown, stage.CountRefused(kind, first), seconds));
        }

        return failures;
    }

    // When the first text that was sent after the kill had reached all members of each kind.
    private static async Task<Dictionary<KindFigures, long>> AwaitRecoveryAsync(Stage stage, int afterKill, TimeSpan patience)
    {
        var recovered = new Dictionary<KindFigures, long>();
        try
        {
            await Wait.UntilAsync(
                async () =>
                {
                    foreach (var kind in stage.Kinds.Where(kind => !recovered.ContainsKey(kind)))
                    {
                        var reached = (await stage.ReachedAsync(kind, afterKill)).Where(at => at > 0).ToList();
                        if (reached is not [])
                        {
                            recovered[kind] = reached.Min();
                        }
                    }

                    return recovered.Count == stage.Kinds.Count;
                },
                patience,
                "not all kinds recovered",
                Pause);
        }
        catch (TimeoutException)
        {
            // A member that is not in the answer has not; of a kind that keeps nothing that is a figure.
        }

        return recovered;
    }
}
