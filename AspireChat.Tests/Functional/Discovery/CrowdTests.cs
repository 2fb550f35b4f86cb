using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Discovery;

public sealed class CrowdTests(SharedRabbitMq broker)
{
    private const int Crowd = 50;

    [Fact]
    [Trait("Category", "Long")]
    public async Task A_survey_finds_all_fifty_clients_well_before_its_window_ends()
    {
        string[] names = [.. Enumerable.Range(0, Crowd).Select(i => $"u{i:00}")];
        await using var system = await InProcessSystem.StartAsync(broker, names);
        for (var i = 0; i < Crowd; i++)
        {
            await system.Clients[i].Api.JoinGroupAsync($"table{i % 5}", GroupMode.Transient);
        }

        var queues = (await system.QueuesAsync()).ToList();
        var seconds = new List<double>();
        foreach (var asker in system.Clients.Take(5))
        {
            // The first survey is slow, since it checks and remembers every other client.
            var started = TimeProvider.System.GetTimestamp();
            var survey = await asker.Api.DiscoverAsync();
            seconds.Add(TimeProvider.System.GetElapsedTime(started).TotalSeconds);
            Assert.Equal(names.Where(name => name != asker.Name), survey.Users.Select(user => user.Name));
            Assert.Equal(Enumerable.Range(0, 5).Select(i => ($"table{i}", Crowd / 5)), survey.Groups.Select(group => (group.Name, group.Members)));
            Assert.Equal(SurveyEnd.Complete, survey.Ended);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Seconds: {string.Join(", ", seconds.Select(s => $"{s:0.000}"))}");
        Assert.All(seconds, each => Assert.InRange(each, 0, 2));

        // All clients ask at once, and no client receives an answer meant for another.
        var surveys = await Task.WhenAll(system.Clients.Select(client => client.Api.DiscoverAsync(30)));
        Assert.All(surveys, survey => Assert.Equal((SurveyEnd.Complete, Crowd - 1), (survey.Ended, survey.Users.Count)));

        // Each client has a queue for questions and one for the group, and there is one for insults: as before.
        await Until.Sequence("the broker has the same queues as before", queues, system.QueuesAsync);
        Assert.Equal((2 * Crowd) + 1, queues.Count);
    }
}
