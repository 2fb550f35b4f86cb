using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Window;

/// <summary>Windows over long conversations.</summary>
public sealed class WindowHistoryTests(SharedRabbitMq broker)
{
    private static readonly Conversation WithBob = Conversation.With("bob");
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    [Fact]
    public async Task A_burst_of_a_thousand_messages_is_shown_whole_and_told_rarely()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.WriteToAsync("bob");
        var told = 0;
        alice.Changed += () => Interlocked.Increment(ref told);
        var started = TimeProvider.System.GetTimestamp();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 1_000),
            new ParallelOptions { MaxDegreeOfParallelism = 16, CancellationToken = TestContext.Current.CancellationToken },
            async (i, _) => await system.Clients[1].Api.SendAsync("alice", $"{i}"));
        await Until.Equal("alice has all", 1_000, () => Task.FromResult(alice.Item(WithBob)?.Unread ?? 0), Patience);

        var all = (await system.Clients[0].Api.MessagesAsync("bob")).Select(message => message.Text).ToList();
        Assert.Equal(1_000, all.Count);
        await Until.Sequence("the last are shown", all.TakeLast(LoadedMessages.Most), () => Task.FromResult(alice.Texts()), Patience);
        Assert.Equal((true, false, 0), (alice.Current!.HasEarlier, alice.Current.HasLater, alice.Current.NewBelow));
        var most = 2 + (TimeProvider.System.GetElapsedTime(started) / ChangeSignal.Pause);
        Assert.InRange(Volatile.Read(ref told), 1, most);
        Assert.Equal(all, await WalkToTheStartAsync(alice));
    }

    [Fact]
    public async Task A_thousand_messages_can_be_walked_through_in_both_directions()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var all = Enumerable.Range(0, 1_000).Select(i => $"{i}").ToList();
        await system.Clients[0].StoreSilentlyAsync("bob", all);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.ShowAsync(WithBob);
        var shown = alice.Current!;
        Assert.Equal(all.TakeLast(100), alice.Texts());

        // The divider is above the very first message, which is not loaded yet.
        Assert.DoesNotContain("new", alice.Shown());
        Assert.Equal(all, await WalkToTheStartAsync(alice));
        Assert.Equal(["day", "new", "bob: 0"], alice.Shown().Take(3));
        Assert.Equal((false, true, false), (shown.HasEarlier, shown.HasLater, shown.IsAtEnd));
        Assert.Equal(all.Take(LoadedMessages.Most), alice.Texts());

        // What comes meanwhile is counted and does not disturb; a walk back ends with it.
        await system.Clients[0].StoreSilentlyAsync("bob", "silent");
        var walked = new List<string>(alice.Texts());
        while (shown.HasLater)
        {
            var last = walked[^1];
            await shown.LoadLaterAsync();
            walked.AddRange(alice.Texts().SkipWhile(text => text != last).Skip(1));
            Assert.InRange(alice.Texts().Count(), 1, LoadedMessages.Most);
        }

        Assert.Equal([.. all, "silent"], walked);
        Assert.True(shown.HasEarlier);
        shown.IsAtEnd = true;
        Assert.True(shown.IsAtEnd);
    }

    [Fact]
    public async Task New_messages_do_not_move_a_user_who_reads_old_ones()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var all = Enumerable.Range(0, 350).Select(i => $"{i}").ToList();
        await system.Clients[0].StoreSilentlyAsync("bob", all);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.ShowAsync(WithBob);
        var shown = alice.Current!;
        await shown.LoadEarlierAsync();
        await shown.LoadEarlierAsync();
        Assert.Equal(all.TakeLast(300), alice.Texts());
        shown.IsAtEnd = false;

        await system.Clients[1].Api.SendAsync("alice", "one");
        await system.Clients[1].Api.SendAsync("alice", "two");
        await Until.Equal("they are counted", 2, () => Task.FromResult(shown.NewBelow));
        await Until.True("the end is not loaded", () => shown.HasLater);
        Assert.Equal(all.TakeLast(300), alice.Texts());

        await shown.JumpToEndAsync();
        Assert.Equal([.. all.TakeLast(98), "one", "two"], alice.Texts());
        Assert.Equal((1, 2, false), (shown.EndsAsked, shown.NewBelow, shown.HasLater));
        shown.IsAtEnd = true;
        Assert.Equal(0, shown.NewBelow);
    }

    // Loads page by page to the first message, and returns all that was shown on the way.
    private static async Task<IReadOnlyList<string>> WalkToTheStartAsync(ChatWindow window)
    {
        var walked = new List<string>(window.Texts());
        while (window.Current!.HasEarlier)
        {
            var first = walked[0];
            await window.Current.LoadEarlierAsync();
            walked.InsertRange(0, window.Texts().TakeWhile(text => text != first));
        }

        return walked;
    }
}
