using System.Globalization;
using System.Text.RegularExpressions;
using AspireChat.Tests.Functional.Mailbox;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>A private message may leave while its own commit is under way; a kill at that moment makes the two histories differ.</summary>
public sealed partial class EarlyDepartureTests
{
    private const string All = "SELECT seq || ' ' || text FROM messages ORDER BY local";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task What_the_sender_lacks_is_told_and_its_seqs_are_not_used_again()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        foreach (var text in (string[])["one", "two", "three"])
        {
            await alice.SayAsync("bob", text);
        }

        // As if it had been killed before the commit of the last two.
        await alice.TerminateAsync();
        alice.ExecuteSql("DELETE FROM messages WHERE seq > 1; UPDATE conversations SET last_seq = 1, delivered_through = 1");
        await alice.RestartAsync();
        await using var events = await alice.WatchAsync();
        await alice.SayAsync("bob", "four");
        await alice.SayAsync("bob", "five");

        var told = await events.NextAsync<ConnectionChange>("alice is told", change => change.State == "history-lacks");
        Assert.Equal(
            ("peer:bob", "bob has 2 of your last messages that this client had not stored when it was stopped; they are not shown here."),
            (told.Connection, told.Detail));
        Assert.Equal(["1 one", "4 four", "5 five"], alice.QueryAll(All));
        Assert.Equal(["1 one", "2 two", "3 three", "4 four", "5 five"], bob.QueryAll(All));
    }

    [Fact]
    public async Task A_receipt_whose_note_was_lost_comes_again_and_the_message_does_not()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.SayAsync("bob", "one");
        await Until.True("the receipt has come", () => DeliveredThrough(alice) == 1, Patience);

        // As after a loss of power: the note does not wait for the disk.
        await alice.TerminateAsync();
        alice.ExecuteSql("UPDATE conversations SET delivered_through = 0");
        await alice.RestartAsync();

        await Until.True("the receipt has come again", () => DeliveredThrough(alice) == 1, Patience);
        Assert.Equal(["1 one"], bob.QueryAll(All));
        await alice.SayAsync("bob", "two");
        await Until.True("the next receipt has come", () => DeliveredThrough(alice) == 2, Patience);
        Assert.Equal(["1 one", "2 two"], bob.QueryAll(All));
    }

    [Theory]
    [Trait("Category", "Long")]
    [InlineData(15, 1)]
    public Task Kills_at_any_moment(int kills, int seed) => KillAsync(kills, seed);

    // Explicit: it takes a quarter of an hour.
    [Theory(Explicit = true)]
    [Trait("Category", "Figures")]
    [InlineData(500, 20261126)]
    public Task Five_hundred_kills(int kills, int seed) => KillAsync(kills, seed);

    private static long DeliveredThrough(ChatClientProcess client) => (long)client.QuerySql("SELECT delivered_through FROM conversations")!;

    // After each kill: what the sender has is at the receiver once, in order; what only the receiver has was counted and told.
    private static async Task KillAsync(int kills, int seed)
    {
        const int writers = 8;
        var random = new Random(seed);
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        var (told, sent) = (0L, 0);
        for (var kill = 0; kill < kills; kill++)
        {
            using var end = new CancellationTokenSource();
            var since = sent;
            var saying = Enumerable.Range(0, writers).Select(_ => SayAsync(end.Token)).ToList();
            var through = since + random.Next(1, 300);
            await Until.True($"{through} are sent", () => Volatile.Read(ref sent) >= through, Patience);
            await alice.KillAsync();
            await end.CancelAsync();
            await Task.WhenAll(saying);

            Assert.Equal("ok", alice.QuerySql("PRAGMA integrity_check"));
            await alice.RestartAsync();
            await alice.SayAsync("bob", $"after kill {kill}");
            told += Lacking().Matches(alice.Process.Output + alice.Process.Errors).Sum(match => long.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));
        }

        var own = alice.QueryAll(All);
        var received = bob.QueryAll(All);
        Assert.Equal(received.Count, DeliveredThrough(alice));
        Assert.Empty(own.Except(received));
        Assert.Equal(Enumerable.Range(1, received.Count).Select(seq => $"{seq}"), received.Select(row => row.Split(' ')[0]));
        Assert.Equal(told, received.Count - own.Count);
        TestContext.Current.TestOutputHelper?.WriteLine($"{kills} kills, {received.Count} messages, {told} of them were not stored by their sender.");

        async Task SayAsync(CancellationToken ending)
        {
            try
            {
                while (!ending.IsCancellationRequested)
                {
                    await alice.Api.SendAsync("bob", $"number {Guid.NewGuid()}");
                    Interlocked.Increment(ref sent);
                }
            }
            catch (Exception e) when (e is HttpRequestException or IOException)
            {
                // She was killed.
            }
        }
    }

    [GeneratedRegex("has ([0-9]+) messages of this user that were not stored")]
    private static partial Regex Lacking();
}
