using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

public sealed class BurstTests
{
    private const int EachWay = 10_000;
    private const int AtOnce = 32;

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    [Fact]
    [Trait("Category", "Long")]
    public async Task Ten_thousand_messages_each_way_survive_two_restarts_of_the_receiver()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.OpenChatAsync("bob");

        // Alice never stops. Bob sends a third, is restarted in order, sends a third, crashes, and sends the rest.
        var fromAlice = SendAsync(alice, "bob", Enumerable.Range(0, EachWay));
        var fromBob = new List<Guid>();
        fromBob.AddRange(await SendAsync(bob, "alice", Enumerable.Range(0, EachWay / 3)));
        Report("bob has said a third");
        Assert.Equal(0, await bob.TerminateAsync());
        Report("bob has ended");
        await bob.RestartAsync();
        Report("bob is back");
        fromBob.AddRange(await SendAsync(bob, "alice", Enumerable.Range(EachWay / 3, EachWay / 3)));
        await bob.KillAsync();
        Report("bob has crashed");
        await bob.RestartAsync();
        Report("bob is back");
        fromBob.AddRange(await SendAsync(bob, "alice", Enumerable.Range(EachWay / 3 * 2, EachWay - (EachWay / 3 * 2))));

        await AssertCompleteAsync(alice, bob, await fromAlice);
        await AssertCompleteAsync(bob, alice, fromBob);
    }

    // The lengths of runs of equal states; they show when a message was lost.
    private static string Runs(IEnumerable<Message> messages)
    {
        var runs = new List<(int Count, string State)>();
        foreach (var state in messages.Select(message => $"{message.State} {message.Reason}".Trim()))
        {
            if (runs is [.., var last] && last.State == state)
            {
                runs[^1] = (last.Count + 1, state);
            }
            else
            {
                runs.Add((1, state));
            }
        }

        return string.Join(", ", runs.Select(run => $"{run.Count} {run.State}"));
    }

    private static void Report(string what) =>
        TestContext.Current.TestOutputHelper?.WriteLine($"{DateTime.Now:HH:mm:ss.f} {what}");

    // Several calls at a time: the order in which the client numbered the messages counts.
    private static async Task<IReadOnlyCollection<Guid>> SendAsync(ChatClientProcess from, string to, IEnumerable<int> texts)
    {
        var ids = new System.Collections.Concurrent.ConcurrentBag<Guid>();
        await Parallel.ForEachAsync(
            texts,
            new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = TestContext.Current.CancellationToken },
            async (text, _) => ids.Add((await from.Api.SendAsync(to, $"{from.Name} {text}")).Id));
        return ids;
    }

    private static async Task AssertCompleteAsync(ChatClientProcess sender, ChatClientProcess receiver, IReadOnlyCollection<Guid> accepted)
    {
        Assert.Equal(EachWay, accepted.Count);
        await Until.Value(
            $"all of {sender.Name}'s messages are delivered",
            async () => Runs((await sender.Api.WholeChatAsync(receiver.Name)).Where(m => m.From == sender.Name)),
            runs => runs == $"{EachWay} {MessageState.Delivered}",
            Patience,
            giveUp: () => sender.Process.HasExited || receiver.Process.HasExited ? "A client has ended." : null);

        // The receiver has exactly the accepted messages, once, in the order in which the sender numbered them.
        var sent = (await sender.Api.WholeChatAsync(receiver.Name)).Where(m => m.From == sender.Name).ToList();
        var received = (await receiver.Api.WholeChatAsync(sender.Name)).Where(m => m.From == sender.Name).ToList();
        Assert.Equal(accepted.Order(), sent.Select(m => m.Id).Order());
        Assert.Equal(sent.Select(m => (m.Id, m.Text)), received.Select(m => (m.Id, m.Text)));
        Assert.Equal(Enumerable.Range(0, EachWay).Select(i => $"{sender.Name} {i}").Order(), received.Select(m => m.Text).Order());
    }
}
