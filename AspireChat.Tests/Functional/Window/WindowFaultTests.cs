using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AspireChat.Tests.Functional.Window;

/// <summary>Windows when something is away, slow, or too much.</summary>
public sealed class WindowFaultTests(SharedRabbitMq broker)
{
    private static readonly Conversation WithBob = Conversation.With("bob");

    [Fact]
    public async Task The_notice_says_that_the_name_server_is_away()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await Until.Sequence("alice sees bob", ["bob"], () => Task.FromResult(alice.People.Select(person => person.Name)));
        Assert.Null(alice.Notice);

        await system.Redis.KillAsync();
        await Until.Equal(
            "the notice",
            "The name server is away. Open chats go on; nobody new can be found, and redis-stream and redis-pubsub groups wait, until it is back.",
            () => Task.FromResult(alice.Notice));
        Assert.Equal(["bob"], alice.People.Select(person => person.Name));

        // A window that opens now says the same.
        await using var later = await system.Clients[0].OpenWindowAsync();
        await Until.Equal("the notice in the new window", alice.Notice, () => Task.FromResult(later.Notice));
        await system.Redis.RestartAsync();
        await Until.True("the notice is gone", () => alice.Notice is null && later.Notice is null);
        await Until.Sequence("the new window sees bob", ["bob"], () => Task.FromResult(later.People.Select(person => person.Name)));
    }

    [Fact]
    public async Task A_message_to_an_absent_user_fails_and_can_be_sent_again()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await using var carol = await RawMember.ConnectAsync("carol", system.Rabbit);
        await carol.ClaimAsync(system.Redis);
        await alice.WriteToAsync("carol");
        await alice.SendAsync("hello");
        var failed = await Until.Value(
            "it has failed", () => Task.FromResult(alice.Current!.Rows.OfType<ShownMessage>().Single()), shown => shown.CanRetry);
        Assert.Equal("failed: carol is away, and nobody has shown a mailbox of carol's; the delivery was not confirmed.", failed.State);
        Assert.Null(alice.Current!.Waiting);

        await alice.RetryAsync(failed);
        await Until.Sequence(
            "the same text has failed again",
            [("hello", true), ("hello", true)],
            () => Task.FromResult(alice.Current.Rows.OfType<ShownMessage>().Select(shown => (shown.Message.Text, shown.CanRetry))));
        Assert.Empty(alice.Toasts);

        // A conversation that is not shown tells it by a toast.
        alice.Close();
        await alice.RetryAsync(failed);
        await alice.UntilToastsAsync("A message to carol was not delivered: carol is away, and nobody has shown a mailbox of carol's; the delivery was not confirmed.");
    }

    [Fact]
    public async Task A_window_that_fell_behind_reads_everything_again()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.WriteToAsync("bob");

        // No event tells of these; then one that is larger than all that may wait for a watcher cuts the window off.
        await system.Clients[0].StoreSilentlyAsync("bob", "missed", "missed too");
        system.Clients[0].Services.GetRequiredService<LiveEvents>().Publish(
            new RefusedEvent(WithBob, new string('x', LiveEvents.QueueBytes)));
        await alice.UntilShownAsync("day", "bob: missed", "bob: missed too");
        await alice.UntilListedAsync(WithBob, 2, "missed too");
        Assert.Empty(alice.Toasts);

        await system.Clients[1].Api.SendAsync("alice", "heard");
        await alice.UntilShownAsync("day", "bob: missed", "bob: missed too", "new", "bob: heard");
    }

    [Fact]
    public async Task Answers_to_a_survey_are_shown_while_it_runs()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await system.Clients[1].Api.JoinGroupAsync("tea");
        await using var alice = await system.Clients[0].OpenWindowAsync();

        // Carol is listed and says nothing, so the survey waits its whole time for her.
        await using var carol = await RawMember.ConnectAsync("carol", system.Rabbit);
        await carol.RegisterAsync(system.Redis);
        var asking = alice.DiscoverAsync();
        var running = await Until.Value(
            "bob's answer is shown", () => Task.FromResult(alice.Survey), survey => survey is { Users.Count: 1, Groups.Count: 1 });
        Assert.Equal(("bob", "tea", null), (running!.Users[0].Name, running.Groups[0].Name, running.Ended));
        Assert.InRange(running.SecondsLeft, 0, SurveyResult.DefaultSeconds);
        await alice.DiscoverAsync();
        Assert.Null(alice.Survey!.Ended);
        await asking;

        var ended = alice.Survey!;
        Assert.Equal((SurveyEnd.Timeout, 0.0), (ended.Ended, ended.SecondsLeft));
        Assert.Equal(["bob"], ended.Users.Select(user => user.Name));
        Assert.Equal([new FoundGroup("tea", GroupMode.Durable, 1)], ended.Groups);
    }

    [Fact]
    public async Task A_changed_key_is_a_warning_until_it_is_trusted()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.JoinAsync("tea", GroupMode.Durable);
        await using var bob = await RawMember.ConnectAsync("bob", system.Rabbit);
        await using var other = await RawMember.ConnectAsync("bob", system.Rabbit);
        await bob.ClaimAsync(system.Redis);
        await bob.LearnAsync(system.Redis, "tea");
        await other.LearnAsync(system.Redis, "tea");
        await bob.SayAsync("tea", bob.Sign(bob.ToGroup("tea", 1, "hello")));
        await alice.UntilShownAsync("day", "bob: hello");
        await other.SayAsync("tea", other.Sign(other.ToGroup("tea", 2, "hello again")));
        await Until.Sequence(
            "the warning is shown",
            [("bob", bob.Fingerprint, other.Fingerprint)],
            () => Task.FromResult(alice.KeyWarnings.Select(warning => (warning.User, warning.KnownFingerprint!, warning.NewFingerprint!))));

        await alice.TrustAsync("bob", "abc");
        Assert.Contains(alice.Toasts, toast => toast is { IsError: true, Sentence: "A fingerprint is 64 hexadecimal digits, as GET /api/me shows it." });
        await alice.TrustAsync("bob", other.Fingerprint);
        Assert.Empty(alice.KeyWarnings);
        Assert.Contains(alice.Toasts, toast => !toast.IsError && toast.Sentence == $"The key {other.Fingerprint} is now trusted as bob's.");
    }
}
