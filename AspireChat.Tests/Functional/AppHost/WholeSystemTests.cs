using System.Net;
using System.Net.Http.Json;
using Aspire.Hosting.ApplicationModel;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Xunit;
using static AspireChat.Tests.Functional.AppHost.SystemOfThree;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>What users do, and what they are promised when parts of the system restart, by the local API and Aspire's commands.</summary>
public sealed class WholeSystemTests(SystemOfThree system) : WholeSystemTest(() => system.Whole), IClassFixture<SystemOfThree>
{
    private static readonly TimeSpan RecoveryPatience = TimeSpan.FromSeconds(90);

    private ChatApi AtAlice => Whole.Client(Alice);

    private ChatApi AtBob => Whole.Client(Bob);

    private ChatApi AtCarol => Whole.Client(Carol);

    [Fact]
    public async Task Both_users_of_a_private_chat_have_the_same_and_others_nothing()
    {
        await AtAlice.OpenChatAsync(Bob);
        string[] texts = [.. Enumerable.Range(1, 20).Select(i => $"private {i}")];
        foreach (var text in texts)
        {
            await AtAlice.SendAsync(Bob, text);
        }

        await UntilChatAsync(AtBob, Alice, [.. texts.Select(text => (Alice, text))]);
        await AtBob.MarkReadAsync(Alice);
        await AtBob.SendAsync(Alice, "all read");
        await UntilChatAsync(AtAlice, Bob, [.. texts.Select(text => (Alice, text)), (Bob, "all read")]);
        await Until.True(
            "alice sees that bob has read all messages",
            async () => (await AtAlice.MessagesAsync(Bob)).Where(m => m.From == Alice).All(m => m.State == MessageState.Read));

        Assert.DoesNotContain(await AtCarol.ChatsAsync(), chat => chat.User == Alice && chat.LastAt is not null);
    }

    [Fact]
    public async Task Discovery_finds_exactly_the_other_users_and_their_groups()
    {
        await AtAlice.JoinGroupAsync("found-by-nobody", GroupMode.Durable);
        await AtBob.JoinGroupAsync("found", GroupMode.Durable);
        await AtCarol.JoinGroupAsync("found", GroupMode.Durable);
        await AtCarol.JoinGroupAsync("found-too", GroupMode.Transient);
        await AtCarol.JoinGroupAsync("found-empty", GroupMode.Durable);
        await AtCarol.LeaveGroupAsync("found-empty");

        var survey = await AtAlice.DiscoverAsync(seconds: 20);

        Assert.Equal(SurveyEnd.Complete, survey.Ended);
        Assert.Equal(
            [(Bob, (await AtBob.MeAsync()).Address), (Carol, (await AtCarol.MeAsync()).Address)],
            survey.Users.Select(user => (user.Name, user.Address)));

        // The rooms of the other users, including those of other tests.
        var rooms = (await AtBob.GroupsAsync()).Concat(await AtCarol.GroupsAsync()).Where(group => group.IsJoined);
        Assert.Equal(
            rooms.Select(group => (group.Name, group.Mode)).Distinct().OrderBy(group => group.Name, StringComparer.Ordinal),
            survey.Groups.Select(group => (group.Name, group.Mode)));
        Assert.Equal(
            [("found", GroupMode.Durable, 2), ("found-too", GroupMode.Transient, 1)],
            survey.Groups.Where(group => group.Name.StartsWith("found", StringComparison.Ordinal))
                .Select(group => (group.Name, group.Mode, group.Members)));
    }

    [Fact]
    public async Task Each_of_thirty_insults_reaches_exactly_one_client()
    {
        var sent = new List<(string From, string Text)>();
        for (var i = 0; i < 30; i++)
        {
            var from = Users[i % Users.Length];
            sent.Add((from, $"You are number {i}!"));
            await Whole.Client(from).InsultAsync(sent[i].Text);
        }

        await Until.Sequence("all insults have come, each once", sent.Order(), ReceivedAsync);

        // A second copy would have come before these later insults.
        for (var i = 0; i < Users.Length; i++)
        {
            sent.Add((Users[i], $"You are a later one, {i}!"));
            await Whole.Client(Users[i]).InsultAsync(sent[^1].Text);
        }

        await Until.Sequence("all insults and the later ones have come, each once", sent.Order(), ReceivedAsync);

        async Task<IEnumerable<(string From, string Text)>> ReceivedAsync()
        {
            var received = await Task.WhenAll(Users.Select(user => Whole.Client(user).InsultsAsync()));
            return received.SelectMany(insults => insults).Select(insult => (insult.From, insult.Text)).Order();
        }
    }

    [Fact]
    public async Task The_link_to_a_page_works_once_and_is_replaced_after_each_use()
    {
        var first = await LinkAsync(known: null);
        await AssertOpensAsync(first, HttpStatusCode.OK);
        var second = await LinkAsync(first);
        await AssertOpensAsync(first, HttpStatusCode.Forbidden);
        await AssertOpensAsync(second, HttpStatusCode.OK);
        await LinkAsync(second);

        async Task<Uri> LinkAsync(Uri? known)
        {
            Uri? link = null;
            await Whole.Notifications
                .WaitForResourceAsync(Bob, state => IsOther(link = LinkOf(state.Snapshot), known))
                .DefaultTimeout(RecoveryPatience, "bob's client has another link");
            return link!;
        }

        static Uri? LinkOf(CustomResourceSnapshot snapshot) =>
            snapshot.Urls.Where(url => url.Name == "http").Select(url => new Uri(url.Url)).FirstOrDefault(url => url.Fragment.Length > 0);

        // Two addresses are equal even if their fragments differ.
        static bool IsOther(Uri? link, Uri? known) => link is not null && link.Fragment != known?.Fragment;

        static async Task AssertOpensAsync(Uri link, HttpStatusCode expected)
        {
            Assert.Equal("/login", link.AbsolutePath);
            using var browser = new HttpClient(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });
            using var answer = await browser.PostAsJsonAsync(link.GetLeftPart(UriPartial.Path), new { code = link.Fragment["#code=".Length..] });
            Assert.Equal(expected, answer.StatusCode);
        }
    }

    [Fact]
    public async Task A_guest_started_by_command_can_chat_until_stopped()
    {
        await Whole.RunCommandAsync(Dora, "start");
        try
        {
            await Whole.WaitForHealthyAsync(Dora);
            await AtAlice.OpenChatAsync(Dora);
            await AtAlice.SendAsync(Dora, "welcome");
            await UntilChatAsync(Whole.Client(Dora), Alice, [(Alice, "welcome")]);
            await Whole.Client(Dora).SendAsync(Alice, "thank you");
            await UntilChatAsync(AtAlice, Dora, [(Alice, "welcome"), (Dora, "thank you")]);
        }
        finally
        {
            await Whole.RunCommandAsync(Dora, "stop");
        }

        await UntilListedAsync(AtAlice, Users);
    }

    [Fact]
    public async Task Killed_or_restarted_members_get_every_message_when_they_join_again()
    {
        await JoinAsync("restarts", Users);
        await AtAlice.SayAsync("restarts", "before");
        await AtBob.UntilTextsAsync(Bob, "restarts", Alice, ["before"]);
        await AtCarol.UntilTextsAsync(Carol, "restarts", Alice, ["before"]);

        // Bob is away; carol restarts while alice sends.
        await Whole.RunCommandAsync(Bob, "kill");
        string[] meanwhile = [.. Enumerable.Range(1, 50).Select(i => $"meanwhile {i}")];
        var restart = Whole.RunCommandAsync(Carol, "restart");
        await AtAlice.SayAsync("restarts", meanwhile);
        await UntilConfirmedAsync(Alice, "restarts");
        await restart;
        await Whole.RunCommandAsync(Bob, "start");

        await Task.WhenAll(Whole.WaitForHealthyAsync(Bob), Whole.WaitForHealthyAsync(Carol));
        await JoinAsync("restarts", Bob, Carol);
        await AtAlice.SayAsync("restarts", "after");
        await AtBob.UntilTextsAsync(Bob, "restarts", null, ["before", .. meanwhile, "after"]);
        await AtCarol.UntilTextsAsync(Carol, "restarts", null, ["before", .. meanwhile, "after"]);
    }

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_restart_of_RabbitMQ_loses_and_repeats_no_group_message()
    {
        await JoinAsync("broker", Users);
        await SayAsync("before");

        var restart = Whole.RunCommandAsync("rabbitmq", "restart");
        await Until.True(
            "alice's and bob's clients have lost the broker",
            async () => !await IsConnectedAsync(AtAlice, "rabbitmq") && !await IsConnectedAsync(AtBob, "rabbitmq"),
            RecoveryPatience);
        await SayAsync("during");
        await restart;
        await Whole.WaitForHealthyAsync("rabbitmq");
        await SayAsync("after");

        static IEnumerable<string> Texts(string from) => new[] { "before", "during", "after" }.SelectMany(when => Ten($"{from} {when}"));
        foreach (var user in Users)
        {
            await Whole.Client(user).UntilTextsAsync(user, "broker", Alice, Texts(Alice), RecoveryPatience);
            await Whole.Client(user).UntilTextsAsync(user, "broker", Bob, Texts(Bob), RecoveryPatience);
            Assert.Equal(60, (await Whole.Client(user).GroupMessagesAsync("broker")).Count);
        }

        await UntilConfirmedAsync(Alice, "broker");
        await UntilConfirmedAsync(Bob, "broker");

        async Task SayAsync(string when)
        {
            await AtAlice.SayAsync("broker", Ten($"{Alice} {when}"));
            await AtBob.SayAsync("broker", Ten($"{Bob} {when}"));
        }
    }

    [Fact]
    public async Task A_restart_of_Redis_interrupts_no_chat_and_hides_no_user()
    {
        await AtBob.OpenChatAsync(Carol);
        var said = new List<(string, string)>();
        await SendAsync("before");
        var restart = Whole.RunCommandAsync("redis", "restart");
        await SendAsync("during");
        await restart;
        await Whole.WaitForHealthyAsync("redis");
        await SendAsync("after");
        await UntilChatAsync(AtCarol, Bob, said);

        // All clients know the online users and the members of groups as before.
        foreach (var user in Users)
        {
            await UntilListedAsync(Whole.Client(user), Users);
        }

        await AtCarol.OpenChatAsync(Alice);
        await JoinAsync("names", Users);
        await AtAlice.UntilMembersAsync("names", Users.Length, RecoveryPatience);
        Assert.Equal(SurveyEnd.Complete, (await AtAlice.DiscoverAsync(seconds: 20)).Ended);

        async Task SendAsync(string when)
        {
            foreach (var text in Ten(when))
            {
                said.Add((Bob, text));
                await AtBob.SendAsync(Carol, text);
            }
        }
    }

    private static IEnumerable<string> Ten(string prefix) => Enumerable.Range(1, 10).Select(i => $"{prefix} {i}");

    private async Task JoinAsync(string group, params string[] users)
    {
        foreach (var user in users)
        {
            await Whole.Client(user).JoinGroupAsync(group, GroupMode.Durable);
        }
    }

    private static async Task<bool> IsConnectedAsync(ChatApi api, string server) =>
        (await api.MeAsync()).Connections[server] == "connected";

    private static Task UntilChatAsync(ChatApi api, string with, IReadOnlyList<(string From, string Text)> messages) => Until.Sequence(
        $"the chat with {with} has exactly these messages",
        messages,
        async () => (await api.MessagesAsync(with)).Select(m => (m.From, m.Text)),
        RecoveryPatience);

    private static Task UntilListedAsync(ChatApi api, IEnumerable<string> users) => Until.Sequence(
        "exactly these users are listed", users, async () => (await api.UsersAsync()).Select(user => user.Name).Order(), RecoveryPatience);

    private Task UntilConfirmedAsync(string user, string group) => Until.True(
        $"all messages of {user} in {group} are confirmed",
        async () => (await Whole.Client(user).GroupMessagesAsync(group)).Where(m => m.From == user).All(m => m.State == MessageState.Confirmed),
        RecoveryPatience);
}
