using System.Diagnostics;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Chats;

/// <summary>Clients that stop, crash, freeze and come back.</summary>
public sealed class RestartTests
{
    // The lease of 15 s, and the time a loaded machine takes to notice its end.
    private static readonly TimeSpan Lease = TimeSpan.FromSeconds(15 + 3);

    [Fact]
    public async Task A_killed_client_goes_offline_within_the_lease_and_returns_at_once()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob", "carol");
        var (alice, bob) = (clients[0], clients[1]);
        await Until.Sequence("all users are online", ["alice", "bob", "carol"], () => OnlineAsync(alice));
        await using var events = await alice.WatchAsync();

        // No other key gets the name, neither while bob is listed nor after it.
        await AssertNameIsRefusedAsync(system, "bob");
        await bob.KillAsync();
        await Until.Sequence("bob is offline", ["alice", "carol"], () => OnlineAsync(alice), Lease);
        var gone = await events.NextAsync<PresenceChange>("bob went offline", change => change is { User: "bob", Online: false });
        Assert.NotNull(gone);
        await AssertNameIsRefusedAsync(system, "bob");

        await bob.RestartAsync();
        Assert.Equal(["alice", "bob", "carol"], await OnlineAsync(alice));
        await alice.Api.SendAsync("bob", "welcome back");
        await Until.Sequence("bob has alice's message after his return", ["welcome back"], () => TextsAsync(bob, "alice"));
    }

    [Fact]
    public async Task A_killed_client_that_returns_within_its_lease_takes_over_at_once()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.SendAsync("bob", "one");
        await Until.Sequence("the message arrives", ["one"], () => TextsAsync(bob, "alice"));
        var address = (await bob.Api.MeAsync()).Address;

        for (var crash = 0; crash < 3; crash++)
        {
            await bob.KillAsync();
            await bob.RestartAsync();
            Assert.Equal(["alice", "bob"], await OnlineAsync(alice));
            var (before, now) = (address, (await bob.Api.MeAsync()).Address);
            address = now;
            Assert.NotEqual(before, now);
            await alice.Api.SendAsync("bob", $"after crash {crash}");
            await bob.Api.SendAsync("alice", $"from bob after crash {crash}");
        }

        string[] expected = ["one", "after crash 0", "after crash 1", "after crash 2"];
        await Until.Sequence(
            "bob has all messages",
            expected, async () => (await bob.Api.MessagesAsync("alice")).Where(m => m.From == "alice").Select(m => m.Text));
        await Until.True(
            "all messages are delivered",
            async () => (await alice.Api.MessagesAsync("bob")) is { Count: 7 } all && all.All(m => m.State is MessageState.Delivered));
    }

    [Fact]
    public async Task Two_clients_cannot_share_a_data_directory()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");
        var second = system.LaunchProgram("alice", alice.DataDirectory);

        Assert.Equal(1, await second.Process.WaitForExitAsync());
        Assert.Contains(alice.DataDirectory, second.Process.Errors, StringComparison.Ordinal);
        AssertSentence(second.Process.Errors);
        Assert.True((await alice.Api.MeAsync()).Name == "alice");
    }

    [Fact]
    public async Task SIGTERM_ends_a_busy_client_in_order()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob");
        var carol = await system.StartProgramAsync("carol", ("Chat:AcceptChats", "ask"));
        var alice = await system.StartProgramAsync("alice");

        // Alice has an open chat, a stream of events, an unanswered request, and messages under way.
        await alice.Api.OpenChatAsync("bob");
        await using var events = await alice.WatchAsync();
        var opening = Record.ExceptionAsync(() => alice.Api.OpenChatAsync("carol")).AsTask();
        await Until.Equal("carol is asked", ChatState.Asked, async () => (await carol.Api.FindChatAsync("alice"))?.State);
        bob.Pause();
        await alice.Api.SendAsync("bob", "not yet");

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, await alice.TerminateAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
        bob.Resume();
        Assert.Equal(["bob", "carol"], await OnlineAsync(carol));
        await events.Ended.DefaultTimeout();
        Assert.NotNull(await opening.DefaultTimeout());
        Assert.Empty(alice.Process.Errors);

        // The messages under way are delivered after the restart.
        await alice.RestartAsync();
        await Until.Sequence("bob has the message", ["not yet"], () => TextsAsync(bob, "alice"));
    }

    [Fact]
    public async Task SIGTERM_ends_a_client_in_time_though_Redis_does_not_answer()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");
        system.Redis.Pause();

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, await alice.TerminateAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Messages_in_the_outbox_at_a_crash_are_delivered_after_it()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.Api.OpenChatAsync("bob");
        var expected = new List<string>();
        for (var crash = 0; crash < 5; crash++)
        {
            bob.Pause();
            for (var i = 0; i < 10; i++)
            {
                expected.Add($"{crash}.{i}");
                await alice.Api.SendAsync("bob", expected[^1]);
            }

            await alice.KillAsync();
            bob.Resume();
            await alice.RestartAsync();
        }

        await Until.Sequence("bob has all messages, once and in order", expected, () => TextsAsync(bob, "alice"));
        await Until.Sequence(
            "all of alice's messages are delivered",
            Enumerable.Repeat(MessageState.Delivered, 50), async () => (await alice.Api.MessagesAsync("bob")).Select(m => m.State));
    }

    [Fact]
    public async Task A_client_frozen_for_longer_than_its_lease_comes_back_by_itself()
    {
        await using var system = await ChatSystem.StartAsync();
        (string, string)[] quick = [("Chat:NameServer:Lease", "00:00:02"), ("Chat:NameServer:RenewEvery", "00:00:00.5")];
        var alice = await system.StartProgramAsync("alice", quick);
        var bob = await system.StartProgramAsync("bob", quick);
        await alice.Api.SendAsync("bob", "one");
        await Until.Sequence("the message arrives", ["one"], () => TextsAsync(bob, "alice"));

        bob.Pause();
        await Until.Sequence("bob is offline", ["alice"], () => OnlineAsync(alice), TimeSpan.FromSeconds(5));
        bob.Resume();
        await Until.Sequence("bob is online again", ["alice", "bob"], () => OnlineAsync(alice));
        await alice.Api.SendAsync("bob", "two");
        await Until.Sequence("both messages have arrived", ["one", "two"], () => TextsAsync(bob, "alice"));
    }

    private static async Task AssertNameIsRefusedAsync(ChatSystem system, string name)
    {
        var second = system.LaunchProgram(name);
        Assert.Equal(1, await second.Process.WaitForExitAsync());
        Assert.Contains(name, second.Process.Errors, StringComparison.Ordinal);
        AssertSentence(second.Process.Errors);
    }

    // One line for the user, without a stack trace.
    private static void AssertSentence(string errors)
    {
        Assert.DoesNotContain('\n', errors.Trim());
        Assert.DoesNotContain("Exception", errors, StringComparison.Ordinal);
        Assert.EndsWith(".", errors.Trim(), StringComparison.Ordinal);
    }

    private static async Task<IEnumerable<string>> OnlineAsync(ChatClientProcess client) =>
        (await client.Api.UsersAsync()).Select(user => user.Name);

    private static async Task<IEnumerable<string>> TextsAsync(ChatClientProcess client, string user) =>
        await client.Api.FindChatAsync(user) is null ? [] : (await client.Api.MessagesAsync(user)).Select(message => message.Text);
}
