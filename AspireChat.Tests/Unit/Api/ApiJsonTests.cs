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
    public void A_message_of_this_user_names_the_other_user_as_receiver() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"user":"bob"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"sending"}""",
        Shown.Message(Message("alice", isOwn: true, MessageState.Sending), "alice"));

    [Fact]
    public void A_message_of_the_other_user_names_this_user_as_receiver() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"bob","to":{"user":"alice"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"delivered"}""",
        Shown.Message(Message("bob", isOwn: false, MessageState.Delivered), "alice"));

    [Fact]
    public void A_failed_message_says_why() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"user":"bob"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"failed","reason":"bob is away."}""",
        Shown.Message(Message("alice", isOwn: true, MessageState.Failed) with { Reason = "bob is away." }, "alice"));

    [Fact]
    public void A_group_message_names_the_group_as_receiver() => Expect(
        """{"group":"cooking"}""", Shown.Destination(Conversation.Of("cooking"), "bob", "alice"));

    [Fact]
    public void Lists_are_objects_with_items() => Expect(
        """{"items":[{"user":"bob","state":"open","unread":2,"lastAt":"2026-11-22T23:02:03.045Z"},{"user":"carol","state":"asked","unread":0,"lastAt":null}]}""",
        new ItemList<ChatSummary>([new("bob", ChatState.Open, 2, At), new("carol", ChatState.Asked, 0, null)]));

    [Fact]
    public void A_user_has_an_address_and_a_time() => Expect(
        """{"name":"bob","address":"https://127.0.0.1:4711","since":"2026-11-22T23:02:03.045Z"}""",
        new OnlineUser("bob", "https://127.0.0.1:4711", At));

    [Fact]
    public void A_group_says_whether_this_client_is_in_its_room() => Expect(
        """{"items":[{"name":"tea","mode":"durable","members":3,"joined":true,"unread":5,"unvouched":0},{"name":"now","mode":"transient","members":null,"joined":false,"unread":0,"unvouched":2}]}""",
        new ItemList<GroupSummary>([new("tea", GroupMode.Durable, 3, IsJoined: true, Unread: 5), new("now", GroupMode.Transient, null, IsJoined: false, Unread: 0, Unvouched: 2)]));

    [Fact]
    public void A_mode_says_what_it_promises_costs_and_cannot_do() => Expect(
        """{"items":[{"mode":"transient","server":"RabbitMQ","kept":false,"log":false,"promise":"You receive only the messages sent while you are in the room.","readers":"Each message goes to those in the room.","cost":"Every message is copied once for each member, in memory.","limit":"What is under way when RabbitMQ or your connection to it fails is lost, and nobody is told. A loss of power may take the last messages that you received."}]}""",
        new ItemList<GroupModeSummary>([GroupModeSummary.All.Single(mode => mode.Mode == GroupMode.Transient)]));

    [Fact]
    public void Every_mode_has_a_sentence_for_everything() => Assert.All(
        GroupModeSummary.All, mode => Assert.All([mode.Promise, mode.Readers, mode.Cost, mode.Limit], sentence => Assert.EndsWith(".", sentence, StringComparison.Ordinal)));

    [Fact]
    public void A_member_is_online_or_not() => Expect(
        """{"items":[{"name":"bob","online":true},{"name":"carol","online":false}]}""",
        new ItemList<GroupMember>([new("bob", IsOnline: true), new("carol", IsOnline: false)]));

    [Fact]
    public void A_hit_has_the_neighbours_that_there_are() => Expect(
        """{"items":[{"message":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"user":"bob"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"sending"},"after":{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"bob","to":{"user":"alice"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"delivered"}}]}""",
        new ItemList<SearchHit>(
        [
            Shown.Hit(
                new FoundMessage(
                    Message("alice", isOwn: true, MessageState.Sending), null, Message("bob", isOwn: false, MessageState.Delivered)),
                "alice"),
        ]));

    [Fact]
    public void A_survey_has_users_groups_and_an_end() => Expect(
        """{"users":[{"name":"bob","address":"https://127.0.0.1:4711","since":"2026-11-22T23:02:03.045Z"}],"groups":[{"name":"tea","mode":"durable","members":1}],"ended":"complete"}""",
        new SurveyResult([new("bob", "https://127.0.0.1:4711", At)], [new("tea", GroupMode.Durable, 1)], SurveyEnd.Complete));

    [Fact]
    public void Connections_keep_their_names() => Expect(
        """{"name":"alice","address":"https://127.0.0.1:4711","fingerprint":"ab","connections":{"peer:Bob":"wrong-key"}}""",
        new Me("alice", "https://127.0.0.1:4711", "ab", new Dictionary<string, string> { ["peer:Bob"] = "wrong-key" }));

    [Fact]
    public void Connections_with_a_fault_have_a_sentence_about_it() => Expect(
        """{"name":"alice","address":"a","fingerprint":"ab","connections":{"redis":"connecting"},"details":{"redis":"Redis is away."}}""",
        new Me(
            "alice",
            "a",
            "ab",
            new Dictionary<string, string> { ["redis"] = "connecting" },
            new Dictionary<string, string> { ["redis"] = "Redis is away." }));

    [Fact]
    public void A_sent_message_has_an_id_and_a_state() => Expect(
        """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","state":"sending"}""", new SentMessage(Id, MessageState.Sending));

    [Fact]
    public void The_end_of_a_stream_says_why() => Expect("""{"detail":"Too slow."}""", LiveEvent.Of(new StreamEnd("Too slow.")).Data!);

    [Fact]
    public void Texts_are_readable_but_control_characters_stay_escaped() => Expect(
        """{"text":"<b> 'ü' 日本 \u001B[2J \u009B \u007F \u2028"}""",
        new TextBody("<b> 'ü' 日本 \e[2J \u009B \u007F \u2028"));

    [Theory]
    [MemberData(nameof(Events))]
    public void Events_have_a_name_and_data(ChatEvent happened, string name, string data)
    {
        var shown = LiveEvent.Of(Shown.Event(happened, "alice"));

        Assert.Equal(name, shown.Name);
        Expect(data, shown.Data!);
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
        new(new MessageEvent(Message("bob", isOwn: false, MessageState.Delivered) with { Conversation = Conversation.Of("tea"), Missing = 2 }),
            "message", """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"bob","to":{"group":"tea"},"text":"hi","sentAt":"2026-11-22T23:02:03.045Z","state":"delivered","missing":2}"""),
        new(new StateEvent(Id, "alice", Conversation.Insults, MessageState.Failed, "It is too late."),
            "state", """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"alice","to":{"insults":true},"state":"failed","reason":"It is too late."}"""),
        new(new InsultEvent(Message("bob", isOwn: false, MessageState.Delivered)),
            "insult", """{"id":"01890a5d-ac96-774b-bcce-b302099a8057","from":"bob","text":"hi","sentAt":"2026-11-22T23:02:03.045Z"}"""),
        new(new GroupEvent("tea", "given-up"), "group", """{"name":"tea","what":"given-up"}"""),
        new(new GroupEvent("tea", "gap", "3 are missing."), "group", """{"name":"tea","what":"gap","detail":"3 are missing."}"""),
        new(new FoundEvent(new FoundUser("bob", "https://127.0.0.1:4711", At), null),
            "found", """{"user":{"name":"bob","address":"https://127.0.0.1:4711","since":"2026-11-22T23:02:03.045Z"}}"""),
        new(new FoundEvent(null, new FoundGroup("tea", GroupMode.Transient, 2)), "found", """{"group":{"name":"tea","mode":"transient","members":2}}"""),
        new(new RefusedEvent(Conversation.Of("tea"), "It is forged."), "refused", """{"in":"group:tea","detail":"It is forged."}"""),
    ];

    private static ChatMessage Message(string from, bool isOwn, MessageState state) =>
        new(Id, from, Conversation.With("bob"), isOwn, 1, "hi", At, state);

    private static void Expect(string json, object value) =>
        Assert.Equal(json, JsonSerializer.Serialize(value, value.GetType(), LocalApiJson.Options));
}
