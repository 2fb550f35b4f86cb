using System.Diagnostics;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>
/// Measures a login after 100,000 missed messages of 1 KB. Explicit: figures depend on the machine, and nothing can fail but the
/// exact set of messages.
/// </summary>
[Trait("Category", "Figures")]
public sealed class LoginFigures(SharedRabbitMq broker)
{
    private const int Count = 100_000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(8);

    [Theory(Explicit = true)]
    [InlineData(64)]
    [InlineData(1)]
    public async Task A_login_after_a_hundred_thousand_missed_messages(int atOnce)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        await bob.TerminateAsync();
        var alice = await system.StartProgramAsync("alice");

        var watch = Stopwatch.StartNew();
        var ids = new HashSet<Guid>();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, Count),
            new ParallelOptions { MaxDegreeOfParallelism = atOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (number, _) =>
            {
                var sent = await alice.Api.SendAsync("bob", $"{number} ".PadRight(1_000, 'x'));
                lock (ids)
                {
                    ids.Add(sent.Id);
                }
            });
        Say($"sent after {watch.Elapsed.TotalSeconds:0.0} s, {atOnce} at once");
        await Until.True("all are stored", () => (long)alice.QuerySql("SELECT count(*) FROM messages WHERE state = 1")! == Count, Patience);
        Say($"stored after {watch.Elapsed.TotalSeconds:0.0} s; alice has {alice.Process.ResidentMegabytes} MB");
        await alice.TerminateAsync();

        watch.Restart();
        await bob.RelaunchAsync();
        await bob.UntilAliveAsync();
        Say($"bob answers after {watch.Elapsed.TotalSeconds:0.00} s");
        await Until.True(
            "the first screen",
            async () => await Record.ExceptionAsync(() => bob.Api.MessagesAsync("alice")) is null && (await bob.Api.MessagesAsync("alice", 100)).Count >= 100,
            Patience);
        Say($"the first 100 are there after {watch.Elapsed.TotalSeconds:0.00} s");
        var peak = 0L;
        await Until.True(
            "all are there",
            () =>
            {
                peak = Math.Max(peak, bob.Process.ResidentMegabytes);
                return (long)bob.QuerySql("SELECT count(*) FROM messages")! == Count;
            },
            Patience);
        Say($"all are there after {watch.Elapsed.TotalSeconds:0.0} s; bob had at most {peak} MB");
        Assert.Equal(ids.Order(), (await bob.Api.WholeChatAsync("alice")).Select(message => message.Id).Order());
    }

    private static void Say(string what) => TestContext.Current.TestOutputHelper?.WriteLine(what);
}
