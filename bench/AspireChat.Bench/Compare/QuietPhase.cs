using System.Diagnostics;

namespace AspireChat.Bench.Compare;

/// <summary>Nothing is killed: the same texts to all kinds at a pace, then a burst to one kind after the other.</summary>
internal static class QuietPhase
{
    /// <summary>Measures it.</summary>
    /// <param name="stage">The clients, and where the figures go.</param>
    /// <param name="sizes">How much.</param>
    /// <param name="live">Where the phases are told.</param>
    /// <returns>What went wrong.</returns>
    public static async Task<IReadOnlyList<string>> MeasureAsync(Stage stage, CompareSizes sizes, LiveTable live)
    {
        var failures = new List<string?>();
        live.Tell($"warming up with {CompareSizes.WarmUp} texts to each kind");
        failures.Add(await InTurnAsync(stage, CompareSizes.WarmUp, sizes, (_, send) => send()));

        live.Tell($"{sizes.PerSecond:0.#} texts/s to all kinds at once");
        var first = stage.Next;
        await stage.ForgetLatenciesAsync();
        await stage.BeginPaceAsync(sizes.PerSecond);
        await Task.Delay(sizes.Quiet);
        await stage.EndPaceAsync();
        failures.Add(await Settling.SettleAsync(stage, stage.Kinds, first, sizes.Patience));
        var counts = await stage.CountAsync();
        foreach (var kind in stage.Kinds)
        {
            (kind.P50, kind.P99) = (counts[kind.Group].Times.Percentile(0.5), counts[kind.Group].Times.Percentile(0.99));
        }

        failures.Add(await InTurnAsync(stage, sizes.Burst, sizes, (kind, send) =>
        {
            live.Tell($"{sizes.Burst:N0} texts at once to {kind.Kind}");
            return MeasureBurstAsync(stage, kind, sizes.Burst, send);
        }));
        foreach (var kind in stage.Kinds)
        {
            kind.Quiet = await stage.CompareShownAsync(kind, from: 0);
        }

        return [.. failures.OfType<string>()];
    }

    // The same numbers for one kind after the other.
    private static async Task<string?> InTurnAsync(
        Stage stage, int count, CompareSizes sizes, Func<KindFigures, Func<Task<Burst>>, Task> measure)
    {
        var first = stage.Next;
        string? failure = null;
        foreach (var kind in stage.Kinds)
        {
            await measure(kind, async () =>
            {
                var (rabbit, redis) = (0.0, 0.0);
                var began = await stage.BurstAsync(kind, first, count);
                failure = await Settling.SettleAsync(stage, [kind], first, sizes.Patience, () =>
                {
                    rabbit = Math.Max(rabbit, Usage.MemoryOf(stage.Rabbit));
                    redis = Math.Max(redis, Usage.MemoryOf(stage.Redis));
                }) ?? failure;
                return new Burst(began, rabbit, redis);
            });
        }

        return failure;
    }

    private static async Task MeasureBurstAsync(Stage stage, KindFigures kind, int count, Func<Task<Burst>> send)
    {
        var (rabbit, redis, before) = (Usage.Of(stage.Rabbit), Usage.Of(stage.Redis), (await stage.CountAsync())[kind.Group]);
        var burst = await send();
        var after = (await stage.CountAsync())[kind.Group];
        var deliveries = after.Arrived - after.Doubled - (before.Arrived - before.Doubled);
        if (deliveries == 0)
        {
            return; // No figure can be made of that; the sets say it.
        }

        kind.DeliveriesPerSecond = deliveries / Stopwatch.GetElapsedTime(burst.BeganAt, after.LastAt).TotalSeconds;
        kind.RabbitMq = CostOf(rabbit, Usage.Of(stage.Rabbit), burst.RabbitMemory);
        kind.Redis = CostOf(redis, Usage.Of(stage.Redis), burst.RedisMemory);

        Cost CostOf(Usage earlier, Usage later, double memory) => new(
            (later.Milliseconds - earlier.Milliseconds) * 1_000 / deliveries,
            Math.Max(memory, later.Memory),
            (double)(later.Bytes - earlier.Bytes) / count);
    }

    /// <summary>A burst that was sent and has arrived.</summary>
    private sealed record Burst(long BeganAt, double RabbitMemory, double RedisMemory);
}
