using AspireChat.Client.Chat;
using AspireChat.Client.Window;
using Xunit;

namespace AspireChat.Tests.Unit.Window;

public sealed class WindowSentencesTests
{
    private const string BothAway = "The name server and RabbitMQ are away. Messages are saved and will be sent when they are back.";
    private const string RedisAway = "The name server is away. Open chats go on; nobody new can be found, and redis-stream and redis-pubsub groups wait, until it is back.";
    private const string RabbitAway = "RabbitMQ is away. What you send to durable, transient and stream groups is saved and will be sent when it is back.";

    [Theory]
    [InlineData("connected", "connected", null)]
    [InlineData("connected", "not-configured", null)]
    [InlineData("reconnecting", "reconnecting", BothAway)]
    [InlineData("reconnecting", "connected", RedisAway)]
    [InlineData("reconnecting", "connecting", RedisAway)]
    [InlineData("connecting+", "connected", RedisAway)]
    [InlineData("connected", "reconnecting", RabbitAway)]
    [InlineData("superseded+", "reconnecting", RabbitAway)]
    [InlineData("connecting", "connecting", "Connecting to the name server and to RabbitMQ.")]
    [InlineData("connecting", "connected", "Connecting to the name server.")]
    [InlineData("connected", "connecting", "Connecting to RabbitMQ.")]
    [InlineData("superseded+", "blocked+", "Why superseded.")]
    [InlineData("connected", "blocked+", "Why blocked.")]
    [InlineData("connected", "strange", "RabbitMQ reports 'strange'.")]
    public void The_notice_says_what_is_not_well(string redis, string rabbit, string? notice) =>
        Assert.Equal(notice, WindowSentences.Notice(States(redis, rabbit)));

    [Fact]
    public void Nothing_is_said_before_anything_is_known() =>
        Assert.Null(WindowSentences.Notice(new Dictionary<string, ConnectionState>()));

    [Theory]
    [InlineData("group:tea", "durable", "connected", "reconnecting", "Saved, will be sent when RabbitMQ takes messages again.")]
    [InlineData("group:tea", "stream", "connected", "blocked+", "Saved, will be sent when RabbitMQ takes messages again.")]
    [InlineData("group:tea", "durable", "reconnecting", "connected", null)]
    [InlineData("group:tea", "redis-stream", "reconnecting", "connected", "Saved, will be sent when Redis takes messages again.")]
    [InlineData("group:tea", "redis-pubsub", "connected", "reconnecting", null)]
    [InlineData("insults", null, "connected", "reconnecting", "Saved, will be sent when RabbitMQ takes messages again.")]
    [InlineData("user:tea", null, "reconnecting", "connected", "Saved, will be sent when the name server is back.")]
    [InlineData("user:tea", null, "connected", "reconnecting", null)]
    public void What_waits_for_a_server_says_so(string place, string? word, string redis, string rabbit, string? waiting)
    {
        var conversation = Conversation.Find(place)!.Value;
        var mode = GroupMode.Find(word);

        Assert.Equal(waiting, WindowSentences.Waiting(conversation, mode, hasUnsent: true, States(redis, rabbit), isOnline: true));
        Assert.Null(WindowSentences.Waiting(conversation, mode, hasUnsent: false, States(redis, rabbit), isOnline: true));
    }

    [Fact]
    public void What_waits_for_a_user_says_so()
    {
        var well = States("connected", "connected");

        Assert.Equal(
            "Saved; bob is away and gets it later.",
            WindowSentences.Waiting(Conversation.With("bob"), mode: null, hasUnsent: true, well, isOnline: false));
        Assert.Equal(
            "Saved, will be sent if bob comes back in a moment.",
            WindowSentences.Waiting(Conversation.With("bob"), mode: null, hasUnsent: true, States("connected", "not-configured"), isOnline: false));
        Assert.Null(WindowSentences.Waiting(Conversation.With("bob"), mode: null, hasUnsent: true, well, isOnline: null));
    }

    [Theory]
    [InlineData(ConversationKind.Insults, null, true, false, "No insult has reached you yet.")]
    [InlineData(ConversationKind.Group, null, true, false, "Nobody has said anything here yet.")]
    [InlineData(ConversationKind.Group, null, false, false, "You are not in the group tea; join it to read and write.")]
    [InlineData(ConversationKind.User, null, true, false, "Say hello to tea; the first message opens the chat.")]
    [InlineData(ConversationKind.User, ChatState.Closed, true, false, "Say hello to tea; the first message opens the chat.")]
    [InlineData(ConversationKind.User, ChatState.Open, true, false, "The chat with tea is open; say hello.")]
    [InlineData(ConversationKind.User, ChatState.Asked, true, false, "tea asks for a chat; accept or decline it.")]
    [InlineData(ConversationKind.User, ChatState.Declined, true, false, "The chat with tea was declined.")]
    [InlineData(ConversationKind.User, ChatState.Open, true, true, "You have blocked tea; unblock that user to see the messages.")]
    public void An_empty_pane_says_what_it_is_for(ConversationKind kind, ChatState? state, bool isJoined, bool isBlocked, string hint) => Assert.Equal(
        hint,
        WindowSentences.Hint(
            new ConversationItem(
                new Conversation(kind, "tea"), "tea", 0, null, null, null, state, Mode: null, isJoined, IsMuted: false, HasDraft: false),
            isBlocked));

    // A plus stands for a state with a sentence.
    private static Dictionary<string, ConnectionState> States(string redis, string rabbit) =>
        new() { ["redis"] = State(redis), ["rabbitmq"] = State(rabbit) };

    private static ConnectionState State(string text) => text.EndsWith('+') ? new(text[..^1], $"Why {text[..^1]}.") : new(text, null);
}
