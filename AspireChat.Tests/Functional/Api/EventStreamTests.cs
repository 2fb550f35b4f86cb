using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

public sealed class EventStreamTests
{
    [Fact]
    public async Task Both_users_see_a_message_and_its_states_live()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartClientsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await using var seenByAlice = await alice.WatchAsync();
        await using var seenByBob = await bob.WatchAsync();

        await alice.Api.OpenChatAsync("bob");
        Assert.Equal(ChatState.Open, (await seenByAlice.NextAsync<ChatChange>()).State);
        Assert.Equal("alice", (await seenByBob.NextAsync<ChatChange>()).User);

        var sent = await alice.Api.SendAsync("bob", "one line\nand another: <ü> 😀");

        var arrived = await seenByBob.NextAsync<Message>();
        Assert.Equal(sent.Id, arrived.Id);
        Assert.Equal("one line\nand another: <ü> 😀", arrived.Text);
        Assert.Equal("alice", arrived.From);
        Assert.Equal("bob", arrived.To.User);
        Assert.Equal(TimeSpan.Zero, arrived.SentAt.Offset);

        Assert.Equal(MessageState.Sending, (await seenByAlice.NextAsync<Message>()).State);
        var delivered = new StateChange(sent.Id, "alice", new Destination("bob", null), MessageState.Delivered);
        Assert.Equal(delivered, await seenByAlice.NextAsync<StateChange>());

        await bob.Api.MarkReadAsync("alice");
        Assert.Equal(delivered with { State = MessageState.Read }, await seenByAlice.NextAsync<StateChange>());
    }

    [Fact]
    public async Task The_stream_reports_users_that_come_and_go()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        await using var events = await alice.WatchAsync();

        var bob = await system.StartClientAsync("bob");
        Assert.Equal(new PresenceChange("bob", Online: true), await events.NextAsync<PresenceChange>());

        await bob.StopAsync();
        Assert.Equal(new PresenceChange("bob", Online: false), await events.NextAsync<PresenceChange>());
    }

    [Fact]
    public async Task The_stream_of_a_silent_client_sends_signs_of_life()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        using var response = await alice.Http.GetAsync(
            "/api/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).DefaultTimeout();
        using var lines = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));

        Assert.Equal(": watching", await lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout());
        Assert.Equal("", await lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout());
        Assert.Equal(": still here", await lines.ReadLineAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout());
    }

    [Fact]
    public async Task A_stopping_client_ends_its_streams_without_delay()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");
        await using var events = await alice.WatchAsync();

        Assert.Equal(0, await alice.Process.TerminateAsync(TimeSpan.FromSeconds(8)));

        await events.Ended.DefaultTimeout();
    }

    [Fact]
    public async Task One_watcher_too_many_is_refused_with_a_clear_message()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartClientAsync("alice");
        var watchers = new List<HttpResponseMessage>();
        HttpResponseMessage? refused = null;
        for (var i = 0; i < 70 && refused is null; i++)
        {
            var answer = await alice.Http.GetAsync(
                "/api/events", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken).DefaultTimeout();
            watchers.Add(answer);
            refused = answer.IsSuccessStatusCode ? null : answer;
        }

        Assert.Equal(System.Net.HttpStatusCode.ServiceUnavailable, refused?.StatusCode);
        Assert.Contains("64 watch", await refused!.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        watchers.ForEach(watcher => watcher.Dispose());
        await Until.True("a new watcher is accepted again", async () =>
        {
            await (await alice.WatchAsync()).DisposeAsync();
            return true;
        });
    }

    [Fact]
    public async Task A_watcher_that_leaves_is_forgotten()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");
        for (var i = 0; i < 50; i++)
        {
            await (await alice.WatchAsync()).DisposeAsync();
        }

        Assert.Equal("alice", (await alice.Api.MeAsync()).Name);
        Assert.Equal(0, await alice.TerminateAsync());
        Assert.Equal("", alice.Process.Errors);
        Assert.DoesNotContain("fail:", alice.Process.Output, StringComparison.Ordinal);
    }
}
