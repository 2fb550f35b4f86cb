using System.Net;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Functional.Discovery;

public sealed class SurveyTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_survey_reports_every_user_and_every_group_at_once()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol"]);
        var (alice, bob, carol) = (system.Clients[0], system.Clients[1], system.Clients[2]);
        foreach (var (api, groups) in ((ChatApi, string[])[])[(alice.Api, ["mine", "ours"]), (bob.Api, ["ours", "now"]), (carol.Api, ["ours", "left"])])
        {
            foreach (var group in groups)
            {
                await api.JoinGroupAsync(group, group == "now" ? GroupMode.Transient : GroupMode.Durable);
            }
        }

        await carol.Api.LeaveGroupAsync("left");
        await using var atAlice = await alice.WatchAsync();
        var queues = await system.QueuesAsync();
        var survey = await alice.Api.DiscoverAsync(seconds: 20);

        // Not found are the asker, groups that only the asker is in, and empty rooms.
        Assert.Equal(SurveyEnd.Complete, survey.Ended);
        Assert.Equal(["bob", "carol"], survey.Users.Select(user => user.Name));
        Assert.Equal(
            [(await bob.Api.MeAsync()).Address, (await carol.Api.MeAsync()).Address], survey.Users.Select(user => user.Address));
        Assert.Equal([("now", GroupMode.Transient, 1), ("ours", GroupMode.Durable, 3)], survey.Groups.Select(group => (group.Name, group.Mode, group.Members)));

        await Until.Sequence("both users are reported", ["bob", "carol"], () => Task.FromResult(Named(atAlice, found => found.User?.Name)));
        await Until.Sequence(
            "both groups are reported", ["now", "ours"], () => Task.FromResult(Named(atAlice, found => found.Group?.Name)));
        await Until.Sequence("the broker has the same queues as before", queues, system.QueuesAsync);

        // Surveys at the same time do not count each other's answers.
        var surveys = await Task.WhenAll(system.Clients.Select(client => client.Api.DiscoverAsync(20)));
        Assert.All(surveys, each => Assert.Equal((SurveyEnd.Complete, 2), (each.Ended, each.Users.Count)));
    }

    [Fact]
    public async Task A_survey_waits_its_whole_window_without_a_list_of_users()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        Assert.Equal(SurveyEnd.Complete, (await alice.Api.DiscoverAsync(20)).Ended);

        // Acquaintances find each other without the name server, but nothing says which other users exist.
        await system.Redis.KillAsync();
        var window = TimeSpan.FromSeconds(1);
        await Until.Value(
            "alice finds bob",
            async () =>
            {
                var asked = TimeProvider.System.GetTimestamp();
                var away = await alice.Api.DiscoverAsync(window.TotalSeconds);
                return (away.Ended, Waited: TimeProvider.System.GetElapsedTime(asked) >= window, Found: string.Join(' ', away.Users.Select(user => user.Name)));
            },
            seen => seen == (SurveyEnd.Timeout, true, "bob"));

        await system.Redis.RestartAsync();
        await bob.DisposeAsync();
        await Until.Sequence("only alice is listed", ["alice"], async () => (await alice.Api.UsersAsync()).Select(user => user.Name));
        var started = TimeProvider.System.GetTimestamp();
        var alone = await alice.Api.DiscoverAsync(window.TotalSeconds);
        Assert.Equal(SurveyEnd.Timeout, alone.Ended);
        Assert.Empty(alone.Users);
        Assert.Empty(alone.Groups);
        Assert.True(TimeProvider.System.GetElapsedTime(started) >= window);
    }

    [Fact]
    public async Task Forged_and_late_answers_are_ignored()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var alice = system.Clients[0];
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit);
        await using var carol = await RawMember.ConnectAsync("carol", system.Rabbit);

        // Carol is listed, so the survey waits its whole window for her.
        await carol.RegisterAsync(system.Redis);
        var previous = "none";
        await mallory.AnswerSurveysAsync(correlation =>
        {
            var earlier = Interlocked.Exchange(ref previous, correlation);
            return
            [
                // Mallory has no claim, bob's key is another one, and zoe does not exist.
                (correlation, mallory.Answer(correlation, null, "lair").ToByteArray()),
                (correlation, mallory.Answer(correlation, "bob", "lair").ToByteArray()),
                (correlation, mallory.Answer(correlation, "zoe", "lair").ToByteArray()),
                (correlation, mallory.Answer(correlation, "alice", "lair").ToByteArray()),

                // Carol's answers are genuine, but to another question, or malformed.
                (correlation, carol.Answer(earlier, null, "late").ToByteArray()),
                (earlier, carol.Answer(earlier, null, "late").ToByteArray()),
                (earlier, carol.Answer(correlation, null, "late").ToByteArray()),
                (correlation, "garbage"u8.ToArray()),
                (correlation, []),
                (correlation, new byte[2 * 1024 * 1024]),
            ];
        });
        for (var round = 0; round < 2; round++)
        {
            // Asked again if bob had no time to answer: a forged answer comes at once or never.
            var survey = await Until.Value("the survey finds a user", () => alice.Api.DiscoverAsync(1.5), found => found.Users.Count > 0);
            Assert.Equal(SurveyEnd.Timeout, survey.Ended);
            var bob = Assert.Single(survey.Users);
            Assert.Equal("bob", bob.Name);
            Assert.NotEqual(RawMember.Nowhere, bob.Address);
            Assert.Empty(survey.Groups);
        }

        Assert.NotEqual("none", previous);

        // Carol answers correctly, but twice: she is found once, by her first answer.
        await carol.AnswerSurveysAsync(correlation =>
        [
            (correlation, carol.Answer(correlation, null, "chess").ToByteArray()),
            (correlation, carol.Answer(correlation, null, "chess", "more").ToByteArray()),
        ]);
        var found = await alice.Api.DiscoverAsync(20);
        Assert.Equal(SurveyEnd.Complete, found.Ended);
        Assert.Equal(["bob", "carol"], found.Users.Select(user => user.Name));
        Assert.Equal([("chess", 1)], found.Groups.Select(group => (group.Name, group.Members)));
    }

    [Fact]
    public async Task Clients_still_answer_surveys_after_malformed_questions()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit);
        var question = new Protos.V1.SurveyQuestion { Asker = "mallory" }.ToByteArray();
        await mallory.PublishAsync("chat.discovery", question);
        await mallory.PublishAsync("chat.discovery", question, replyTo: "no such queue", correlation: "1");
        await mallory.PublishAsync("chat.discovery", question, replyTo: "x", correlation: new string('c', 200));
        await mallory.PublishAsync("chat.discovery", "garbage"u8.ToArray(), replyTo: "x", correlation: "1");
        await mallory.PublishAsync("chat.discovery", new byte[17 * 1024 * 1024], replyTo: "x", correlation: "1");
        Assert.Equal(["bob"], (await system.Clients[0].Api.DiscoverAsync(20)).Users.Select(user => user.Name));
    }

    [Fact]
    public async Task A_window_out_of_range_is_refused()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        foreach (var seconds in (double[])[0, -1, 30.5, double.NaN, double.PositiveInfinity])
        {
            var refusal = await ChatApi.RefusalAsync(() => system.Clients[0].Api.DiscoverAsync(seconds));
            Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
            Assert.Contains("30", refusal.Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<string> Named(EventWatcher events, Func<Finding, string?> name) =>
        events.Seen<Finding>().Select(name).OfType<string>().Order(StringComparer.Ordinal);
}
