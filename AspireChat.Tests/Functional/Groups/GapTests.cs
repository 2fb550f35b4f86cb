using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

public sealed class GapTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task The_client_reports_messages_that_never_arrived_as_missing()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["bob"]);
        var bob = system.Clients[0];
        await using var alice = await RawMember.ConnectAsync("alice", system.Rabbit);
        await alice.ClaimAsync(system.Redis);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await alice.LearnAsync(system.Redis, "chess");
        await using var atBob = await bob.WatchAsync();

        // Her first batch leaves no gap, whatever its number is.
        await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", 7, "seven", "eight")));
        await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", 12, "twelve")));
        await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", 13, "thirteen")));
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["seven", "eight", "twelve", "thirteen"]);
        Assert.Equal([0L, 0, 3, 0], (await bob.Api.GroupMessagesAsync("chess")).Select(m => m.Missing));

        // The gap is reported live, right before the message that revealed it.
        await atBob.NextAsync<Message>("thirteen", message => message.Text == "thirteen");
        Assert.Equal(
            ["message seven", "message eight", "group gap", "message twelve", "message thirteen"],
            atBob.Seen<object>()
                .Select(data => data switch { Message message => $"message {message.Text}", GroupChange change => $"group {change.What}", _ => null })
                .OfType<string>());
        Assert.Contains("3 messages from alice are missing", atBob.Seen<GroupChange>().Single().Detail, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_client_reports_messages_that_a_full_queue_dropped_as_missing()
    {
        const int sent = 40;
        await using var system = await InProcessSystem.StartAsync(broker, ["bob"], ("Chat:Groups:MaxQueueBytes", $"{1024 * 1024}"));
        var bob = system.Clients[0];
        await using var alice = await RawMember.ConnectAsync("alice", system.Rabbit);
        await alice.ClaimAsync(system.Redis);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await alice.LearnAsync(system.Redis, "chess");
        await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", 1, "hello")));
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);
        await bob.Api.LeaveGroupAsync("chess");

        // These are more than two megabytes, for a queue that holds one.
        for (var i = 0; i < sent; i++)
        {
            var parts = Enumerable.Range(0, 4).Select(part => $"{i} {part} {new string('x', 14_000)}");
            await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", (ulong)(2 + (4 * i)), parts)));
        }

        await bob.Api.JoinGroupAsync("chess");
        await Until.True(
            "bob has the newest message",
            async () => (await bob.Api.GroupMessagesAsync("chess"))[^1].Text.StartsWith($"{sent - 1} 3 ", StringComparison.Ordinal));
        var kept = (await bob.Api.GroupMessagesAsync("chess")).Skip(1).ToList();

        // The newest messages are there without a gap, and all older ones are reported missing.
        Assert.InRange(kept.Count, 4, (4 * sent) - 4);
        Assert.Equal((4 * sent) - kept.Count, kept[0].Missing);
        Assert.All(kept[1..], message => Assert.Equal(0, message.Missing));
        Assert.Equal(
            Enumerable.Range(0, 4 * sent).TakeLast(kept.Count).Select(i => $"{i / 4} {i % 4}"), kept.Select(m => m.Text[..m.Text.LastIndexOf(' ')]));
    }
}
