using System.Text.Json;
using AspireChat.Client.Api;
using AspireChat.Client.Chat;
using Xunit;

namespace AspireChat.Tests.Unit.Api;

public class ApiJsonTests
{
    private static readonly Guid Id = Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057");
    private static readonly DateTimeOffset At = new(2026, 11, 23, 1, 2, 3, 45, TimeSpan.FromHours(2));

    [Fact]
    public void An_own_message_goes_to_the_other_user() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"user":"bob"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"sending"}""",
        MessageJson.Of(Message("alice", isOwn: true, MessageState.Sending), "alice"));

    [Fact]
    public void Somebody_elses_message_goes_to_the_own_user() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"bob","to":{"user":"alice"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"delivered"}""",
        MessageJson.Of(Message("bob", isOwn: false, MessageState.Delivered), "alice"));

    [Fact]
    public void A_failed_message_says_why() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"user":"bob"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"failed","reason":"bob is away."}""",
        MessageJson.Of(Message("alice", isOwn: true, MessageState.Failed) with { Reason = "bob is away." }, "alice"));

    [Fact]
    public void A_message_of_a_group_goes_to_the_group() => Expect(
        """{"group":"cooking"}""", PlaceJson.Of(Conversation.Of("cooking"), "bob", "alice"));

    [Fact]
    public void Lists_are_objects_with_items() => Expect(
        """{"items":[{"user":"bob","state":"open","unread":2,"lastAt":"2026-11-22T23:02:03.045Z"},{"user":"carol","state":"asked","unread":0,"lastAt":null}]}""",
        new ListJson<ChatJson>(
        [
            ChatJson.Of(new ChatSummary("bob", ChatState.Open, 2, At)),
            ChatJson.Of(new ChatSummary("carol", ChatState.Asked, 0, null)),
        ]));

    [Fact]
    public void A_user_has_an_address_and_a_time() => Expect(
        """{"name":"bob","address":"https://127.0.0.1:4711","since":"2026-11-22T23:02:03.045Z"}""",
        UserJson.Of(new OnlineUser("bob", "https://127.0.0.1:4711", At)));

    [Fact]
    public void Texts_are_readable_but_control_characters_stay_escaped() => Expect(
        """{"text":"<b> 'ü' 日本 \u001B[2J \u009B \u007F \u2028"}""",
        new NewMessageJson("<b> 'ü' 日本 \e[2J \u009B \u007F \u2028"));

    [Theory]
    [MemberData(nameof(Events))]
    public void Events_have_a_name_and_data(ChatEvent happened, string name, string data)
    {
        var (shownName, shownData) = EventJson.Of(happened, "alice");

        Assert.Equal(name, shownName);
        Expect(data, shownData);
    }

    public static IEnumerable<TheoryDataRow<ChatEvent, string, string>> Events() =>
    [
        new(new StateEvent(Id, "alice", Conversation.With("bob"), MessageState.Read, null),
            "state", """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"user":"bob"},"state":"read"}"""),
        new(new ChatOpenedEvent("bob", ChatState.Declined), "chat-opened", """{"user":"bob","state":"declined"}"""),
        new(new PresenceEvent("bob", IsOnline: true), "presence", """{"user":"bob","online":true}"""),
        new(new ConnectionEvent("redis", "reconnecting", "Redis is away."),
            "connection", """{"connection":"redis","state":"reconnecting","detail":"Redis is away."}"""),
        new(new ConnectionEvent("redis", "connected"), "connection", """{"connection":"redis","state":"connected"}"""),
    ];

    private static ChatMessage Message(string from, bool isOwn, MessageState state) =>
        new(Id, from, Conversation.With("bob"), isOwn, 1, "hi", At, state);

    private static void Expect(string json, object value) =>
        Assert.Equal(json, JsonSerializer.Serialize(value, value.GetType(), ApiJson.Options));
}
