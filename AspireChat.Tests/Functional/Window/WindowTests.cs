using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Window;

public sealed class WindowTests(SharedRabbitMq broker)
{
    private static readonly Conversation WithAlice = Conversation.With("alice");
    private static readonly Conversation WithBob = Conversation.With("bob");
    private static readonly Conversation Tea = Conversation.Of("tea");

    [Fact]
    public async Task Two_users_chat()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await using var bob = await system.Clients[1].OpenWindowAsync();
        Assert.Equal("alice", alice.User);
        await Until.Sequence("alice sees bob", ["bob"], () => Task.FromResult(alice.People.Select(person => person.Name)));

        // There is no chat yet; the first message opens it.
        await alice.WriteToAsync("Bob");
        Assert.Equal("Say hello to bob; the first message opens the chat.", alice.Current?.Hint);
        Assert.Equal([WithBob, Conversation.Insults], alice.Conversations.Select(item => item.Conversation));
        alice.Current!.Draft = "hello";
        Assert.True(alice.Item(WithBob)?.HasDraft);
        await alice.SendAsync("hello");
        Assert.Equal(("", false), (alice.Current.Draft, alice.Item(WithBob)?.HasDraft));
        await alice.UntilShownAsync("day", "alice: hello");
        Assert.Null(alice.Current.Hint);

        // Bob has it unread, sees the divider above it, and reads it.
        await bob.UntilListedAsync(WithAlice, 1, "hello");
        Assert.Equal((1, WithAlice), (bob.TotalUnread, bob.NextUnread));
        await Until.Equal("it is delivered", "delivered", () => Task.FromResult(StateOf(alice)));
        await bob.ShowAsync(WithAlice);
        Assert.Equal(["day", "new", "alice: hello"], bob.Shown());
        await bob.MarkReadAsync();
        await bob.UntilListedAsync(WithAlice, 0, "hello");
        Assert.Equal((0, null), (bob.TotalUnread, bob.NextUnread));
        await Until.Equal("it is read", "read", () => Task.FromResult(StateOf(alice)));

        // Bob answers, with a text that looks like a command.
        await bob.RunAsync("//me too");

        // Nobody looks at alice's window, so what comes is marked as new even at its end.
        await alice.UntilShownAsync("day", "alice: hello", "new", "bob: /me too");
        await alice.UntilListedAsync(WithBob, 1, "/me too");
        await bob.UntilListedAsync(WithAlice, 0, "You: /me too");
        Assert.Empty(alice.Toasts.Concat(bob.Toasts));
        Assert.Null(alice.Notice);
    }

    [Fact]
    public async Task A_line_that_is_sent_again_after_a_restart_is_one_message()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        var id = Guid.CreateVersion7();
        Assert.True(await alice.RunAsync(WithBob, "hello", id));

        // Another window, as after a restart of the client, knows nothing of it.
        await using var again = await system.Clients[0].OpenWindowAsync();
        Assert.True(await again.RunAsync(WithBob, "hello", id));
        Assert.True(await again.RunAsync(WithBob, "hello", Guid.CreateVersion7()));
        await Until.Sequence("bob has two", ["hello", "hello"], async () => (await system.Clients[1].Api.MessagesAsync("alice")).Select(message => message.Text));
        Assert.Equal(id, (await system.Clients[1].Api.MessagesAsync("alice"))[0].Id);
    }

    [Fact]
    public async Task A_refusal_is_a_toast_and_the_draft_stays()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.SendAsync("lost");
        await alice.RunAsync("/chat alice");
        await alice.RunAsync("/chat no!");
        await alice.RunAsync("/group tea strange mode");
        await alice.RunAsync("/leave");
        Assert.Equal(
            [
                "No conversation is open; open one with /chat name or /group name.",
                "A chat needs two; that is your own name.",
                ChatName.Rule,
                "A mode is one of: durable, transient, stream, redis-stream, redis-pubsub. After it, beginning asks for what was sent before you joined.",
                "No group is open; open one with /group name.",
            ],
            alice.Toasts.Select(toast => toast.Sentence));
        Assert.All(alice.Toasts, toast => Assert.True(toast.IsError));

        await alice.WriteToAsync("nobody");
        alice.Current!.Draft = "hello";
        await alice.SendAsync("hello");
        Assert.Equal("No user is known by the name nobody.", alice.Toasts[^1].Sentence);
        Assert.Equal("hello", alice.Current.Draft);
        foreach (var toast in alice.Toasts)
        {
            alice.Dismiss(toast.Id);
        }

        Assert.Empty(alice.Toasts);

        // The draft is there in a window that is opened later.
        await alice.DisposeAsync();
        await using var later = await system.Clients[0].OpenWindowAsync();
        await later.WriteToAsync("nobody");
        Assert.Equal("hello", later.Current!.Draft);
    }

    [Fact]
    public async Task Members_of_a_group_see_each_others_messages()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await using var alsoAlice = await system.Clients[0].OpenWindowAsync();
        await using var bob = await system.Clients[1].OpenWindowAsync();
        await alice.RunAsync("/group tea transient");
        var shown = Assert.IsType<OpenConversation>(alice.Current);
        Assert.Equal(
            (Tea, "tea", GroupMode.Transient, 1, true, "Nobody has said anything here yet."),
            (shown.Conversation, shown.Title, shown.Mode, shown.Members, shown.IsJoined, shown.Hint));
        await bob.JoinAsync("tea", mode: null);
        await Until.Equal("alice sees two members", 2, () => Task.FromResult(shown.Members));

        await bob.SendAsync("one");
        await bob.SendAsync("two");
        await alice.UntilShownAsync("day", "bob: one", "bob: two");
        await Until.Equal("bob's are sent", "sent", () => Task.FromResult(StateOf(bob)));

        // What one window marks, and mutes, the other one has.
        await alsoAlice.UntilListedAsync(Tea, 2, "bob: two");
        await alice.MarkReadAsync();
        await alsoAlice.UntilListedAsync(Tea, 0, "bob: two");
        await alice.MuteAsync(Tea, isMuted: true);
        Assert.True(alsoAlice.Item(Tea)?.IsMuted);
        await bob.SendAsync("three");
        await alsoAlice.UntilListedAsync(Tea, 1, "bob: three");
        Assert.Equal((0, null), (alsoAlice.TotalUnread, alsoAlice.NextUnread));

        await bob.LeaveAsync();
        await bob.UntilToastsAsync("You left tea.");
        await Until.True("bob is not in the room", () => bob.Current is { IsJoined: false });
        await bob.SendAsync("four");
        Assert.Equal("You are not in the group tea; join it first.", bob.Toasts[^1].Sentence);
        await alice.UnsubscribeAsync();
        await alice.UntilToastsAsync("You unsubscribed from tea.");
        Assert.Null(alice.Current);
        await Until.Sequence(
            "the group is gone from both lists",
            [Conversation.Insults, Conversation.Insults],
            () => Task.FromResult(alice.Conversations.Concat(alsoAlice.Conversations).Select(item => item.Conversation)));
    }

    [Fact]
    public async Task An_insult_is_on_its_way_and_one_window_has_it_unread()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await using var bob = await system.Clients[1].OpenWindowAsync();
        await alice.InsultAsync("boo");
        await alice.UntilToastsAsync("Your insult is on its way: boo");

        await Until.Equal("one has it", 1, () => Task.FromResult(alice.TotalUnread + bob.TotalUnread));
        var insulted = alice.TotalUnread > 0 ? alice : bob;
        await insulted.UntilListedAsync(Conversation.Insults, 1, "alice: boo");
        await insulted.ShowAsync(Conversation.Insults);
        Assert.Equal(["day", "alice: boo"], insulted.Shown());
        await insulted.MarkReadAsync();
        Assert.Equal(0, alice.TotalUnread + bob.TotalUnread);
    }

    [Fact]
    public async Task A_blocked_user_is_hidden()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await using var bob = await system.Clients[1].OpenWindowAsync();
        await alice.JoinAsync("tea", GroupMode.Durable);
        await bob.JoinAsync("tea", mode: null);
        await alice.SendAsync("hello all");
        await alice.RunAsync("/block Bob");
        Assert.True(alice.IsBlocked("bob"));
        await bob.SendAsync("spam");
        await Until.Equal("alice's client has it", 1, async () => (await system.Clients[0].Api.GroupsAsync()).Single().Unread);
        await bob.WriteToAsync("alice");
        await bob.SendAsync("more spam");

        // The chat is listed without unread messages, and the group shows what others said.
        await alice.UntilListedAsync(WithBob, 0, null);
        await alice.UntilListedAsync(Tea, 0, "You: hello all");
        Assert.Equal(["day", "alice: hello all"], alice.Shown());
        await alice.UnblockAsync("bob");
        await alice.UntilShownAsync("day", "alice: hello all", "bob: spam");
        await alice.UntilListedAsync(Tea, 1, "bob: spam");
        await alice.UntilListedAsync(WithBob, 1, "more spam");
    }

    [Fact]
    public async Task A_blocked_users_request_is_declined()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol"], ("Chat:AcceptChats", "ask"));
        await using var alice = await system.Clients[0].OpenWindowAsync();
        await alice.RunAsync("/block bob");
        var refusal = await ChatApi.RefusalAsync(() => system.Clients[1].Api.OpenChatAsync("alice"));
        Assert.Equal(ChatFault.Declined, refusal.Fault);

        // Another user's request waits for the answer.
        var opening = system.Clients[2].Api.OpenChatAsync("alice");
        await Until.Equal("carol asks", ChatState.Asked, () => Task.FromResult(alice.Item(Conversation.With("carol"))?.ChatState));
        await alice.RunAsync("/accept carol");
        Assert.Equal(ChatState.Open, (await opening).State);
    }

    private static string? StateOf(ChatWindow window) =>
        window.Current!.Rows.OfType<ShownMessage>().Last(shown => shown.Message.IsOwn).State;
}
