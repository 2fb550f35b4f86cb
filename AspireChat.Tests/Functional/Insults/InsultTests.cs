using System.Collections.Concurrent;
using System.Globalization;
using AspireChat.Client.Insults;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Functional.Insults;

public sealed class InsultTests(SharedRabbitMq broker)
{
    private const int All = 300;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task Each_of_three_hundred_insults_reaches_exactly_one_client()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob", "carol");
        var watchers = await Task.WhenAll(clients.Select(client => client.WatchAsync()));
        try
        {
            var sent = await SendAsync(clients, Enumerable.Range(0, All));
            await UntilAllAsync(clients, sent, Patience);
            foreach (var client in clients)
            {
                var received = await client.Api.InsultsAsync();
                Assert.True(received.Count >= 1, $"{client.Name} received none of {All} insults.");
                Assert.All(received, insult => Assert.EndsWith($" of {insult.From}", insult.Text, StringComparison.Ordinal));
            }

            // The live events say the same: one client has each insult, once.
            await Until.Sequence(
                "one client has the live event of each insult",
                sent.Keys.Order(),
                () => Task.FromResult<IEnumerable<Guid>>(watchers
                    .SelectMany(watcher => watcher.Seen<ReceivedInsult>()).Select(insult => insult.Id).Order()));

            // One stock insult and one with a text of the sender.
            var stock = await clients[0].Api.InsultAsync();
            var own = await clients[1].Api.InsultAsync("exit");
            var last = await Until.Value(
                "both insults have come",
                async () => (await ReceivedAsync(clients)).Where(insult => insult.Id == stock.Id || insult.Id == own.Id).ToList(),
                received => received.Count == 2);
            Assert.Contains(last.Single(insult => insult.Id == stock.Id).Text, StockInsults.All);
            Assert.Equal(("bob", "exit"), last.Where(insult => insult.Id == own.Id).Select(insult => (insult.From, insult.Text)).Single());
        }
        finally
        {
            foreach (var watcher in watchers)
            {
                await watcher.DisposeAsync();
            }
        }
    }

    [Fact]
    public async Task Malformed_insults_are_refused_and_repeated_ones_shown_once()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var zoe = await RawMember.ConnectAsync("zoe", system.Rabbit!);
        await zoe.ClaimAsync(system.Redis);
        var clients = await system.StartClientsAsync("alice", "bob");
        await using var atAlice = await clients[0].WatchAsync();
        await using var atBob = await clients[1].WatchAsync();
        await Until.True(
            "the queue of insults exists",
            async () => (await broker.QueuesAsync(system.Rabbit!)).Contains("chat.insults", StringComparer.Ordinal));
        for (var i = 1; i <= 40; i++)
        {
            await PutAsync(zoe, zoe.Sign(zoe.Insults((ulong)i, $"{i}")));
            if (i % 10 == 0)
            {
                // A malformed insult among good ones: the client that gets it keeps working.
                await zoe.PublishAsync("", "garbage"u8.ToArray(), routingKey: "chat.insults");
            }
        }

        await Until.Sequence(
            "all insults have come, once",
            Enumerable.Range(1, 40),
            async () => (await ReceivedAsync(clients)).Select(insult => int.Parse(insult.Text, CultureInfo.InvariantCulture)).Order());
        await Until.Equal(
            "how many malformed insults were refused",
            4,
            () => Task.FromResult(
                atAlice.Seen<RefusedBatch>().Concat(atBob.Seen<RefusedBatch>()).Count(refused => refused.In == "insults")));

        // A peer that found an insult in the queue sends it again: no client shows it twice.
        var replayed = zoe.Sign(zoe.Insults(41, "replayed"));
        await PutAsync(zoe, replayed);
        await PutAsync(zoe, replayed);
        await PutAsync(zoe, replayed);
        await PutAsync(zoe, zoe.Sign(zoe.Insults(42, "last")));
        await Until.Value(
            "the last insult has come", () => ReceivedAsync(clients), received => received.Any(insult => insult.Text == "last"));
        Assert.Single(await ReceivedAsync(clients), insult => insult.Text == "replayed");
    }

    [Fact]
    public async Task An_insult_waits_until_its_sender_claims_its_name_again()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var bob = await InProcessClient.StartAsync("bob", system.Redis.ConnectionString, system.Rabbit!);
        await using var atBob = await bob.WatchAsync();
        await using var zoe = await RawMember.ConnectAsync("zoe", system.Rabbit!);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit!);
        await Until.True(
            "the queue of insults exists",
            async () => (await broker.QueuesAsync(system.Rabbit!)).Contains("chat.insults", StringComparer.Ordinal));
        await system.Redis.RestartAsync(keepData: false);
        await system.Redis.NoteCommandsAsync();
        await PutAsync(zoe, zoe.Sign(zoe.Insults(1, "boo")));
        await PutAsync(mallory, mallory.Sign(mallory.Insults(1, "forged")));

        // Zoe registers again later than bob has asked.
        await Until.True("bob has asked whose name zoe is", () => system.Redis.HasNotedAsync("HMGET", "chat:claim:zoe"));
        await zoe.ClaimAsync(system.Redis);
        await Until.Sequence("the insult has come", ["boo"], async () => (await bob.Api.InsultsAsync()).Select(insult => insult.Text));
        Assert.Contains("mallory does not belong to the key", (await atBob.NextAsync<RefusedBatch>()).Detail, StringComparison.Ordinal);
        Assert.Single(await bob.Api.InsultsAsync());
    }

    [Fact]
    [ExpectsError("is set aside")]
    public async Task A_failing_insult_is_set_aside_and_retried_at_the_next_start()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        await using var zoe = await RawMember.ConnectAsync("zoe", system.Rabbit!);
        await zoe.ClaimAsync(system.Redis);
        var bob = await system.StartProgramAsync("bob");
        await using var atBob = await bob.WatchAsync();
        await Until.True(
            "the queue of insults exists",
            async () => (await broker.QueuesAsync(system.Rabbit!)).Contains("chat.insults", StringComparer.Ordinal));
        bob.ExecuteSql("CREATE TRIGGER fault BEFORE INSERT ON messages WHEN NEW.text = 'poison' BEGIN SELECT RAISE(ABORT, 'no'); END");
        await PutAsync(zoe, zoe.Sign(zoe.Insults(1, "poison")));
        await PutAsync(zoe, zoe.Sign(zoe.Insults(2, "good")));
        await Until.Sequence(
            "the good insult has come", ["good"], async () => (await bob.Api.InsultsAsync()).Select(insult => insult.Text));
        Assert.Contains("set aside", (await atBob.NextAsync<RefusedBatch>()).Detail, StringComparison.Ordinal);

        bob.ExecuteSql("DROP TRIGGER fault");
        await bob.KillAsync();
        await bob.RestartAsync();
        await Until.Sequence(
            "both insults are there", ["good", "poison"], async () => (await bob.Api.InsultsAsync()).Select(insult => insult.Text));
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_killed_client_loses_and_repeats_no_insult()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob", "carol");
        var carol = clients[2];
        var sent = new Dictionary<Guid, string>();
        for (var third = 0; third < 3; third++)
        {
            var some = (await carol.Api.InsultsAsync()).Count + 5;
            var sending = SendAsync(clients[..2], Enumerable.Range(third * All / 3, All / 3));
            await Until.True($"carol has {some} insults", async () => (await carol.Api.InsultsAsync()).Count >= some, Patience);
            await carol.KillAsync();
            foreach (var (id, text) in await sending)
            {
                sent.Add(id, text);
            }

            await carol.RestartAsync();
        }

        Assert.Equal(All, sent.Count);
        await UntilAllAsync(clients, sent, Patience);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_restarted_broker_loses_and_repeats_no_insult()
    {
        await using var own = await RabbitMqServer.StartAsync();
        await using var system = await ChatSystem.StartAsync(own.ConnectionString);
        var clients = await system.StartClientsAsync("alice", "bob", "carol");
        var sending = SendAsync(clients, Enumerable.Range(0, All));
        await Until.True("a third of the insults has come", async () => (await ReceivedAsync(clients)).Count() >= All / 3, Patience);
        await own.RestartAsync();
        await UntilAllAsync(clients, await sending, Patience);
    }

    private static Task PutAsync(RawMember by, Protos.V1.MessageBatch insult) =>
        by.PublishAsync("", insult.ToByteArray(), routingKey: "chat.insults");

    // All clients send at once, in turns.
    private static async Task<IReadOnlyDictionary<Guid, string>> SendAsync(ITestClient[] clients, IEnumerable<int> numbers)
    {
        var sent = new ConcurrentDictionary<Guid, string>();
        await Task.WhenAll(numbers.GroupBy(number => clients[number % clients.Length]).Select(async part =>
        {
            foreach (var number in part)
            {
                var text = $"{number} of {part.Key.Name}";
                sent[(await part.Key.Api.InsultAsync(text)).Id] = text;
            }
        }));
        return sent;
    }

    // All clients together have exactly the sent insults, none twice.
    private static Task UntilAllAsync(ITestClient[] clients, IReadOnlyDictionary<Guid, string> sent, TimeSpan deadline) =>
        Until.Sequence(
            "all insults have come, each once",
            sent.OrderBy(insult => insult.Key).Select(insult => (insult.Key, insult.Value)),
            async () => (await ReceivedAsync(clients)).OrderBy(insult => insult.Id).Select(insult => (insult.Id, insult.Text)),
            deadline);

    private static async Task<IEnumerable<ReceivedInsult>> ReceivedAsync(IEnumerable<ITestClient> clients) =>
        (await Task.WhenAll(clients.Select(client => client.Api.InsultsAsync()))).SelectMany(received => received);
}
