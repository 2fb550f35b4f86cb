using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

/// <summary>Several texts in one call: all or none.</summary>
public sealed class ListTests(SharedRabbitMq broker)
{
    private const string OtherMessage = "You have sent another message with this id; make a new one for each message.";

    [Fact]
    public async Task A_list_is_sent_in_its_order_to_a_user_and_to_a_group()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0], system.Clients[1]);
        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await using var atAlice = await alice.WatchAsync();
        string[] texts = [.. Enumerable.Range(0, TextListBody.MaxMessages).Select(i => $"text {i}")];
        TextBody[] list = [.. texts.Select(text => new TextBody(text))];

        var toBob = await alice.Api.SendAllAsync("bob", list);
        var toTea = await alice.Api.SendAllToGroupAsync("tea", list);

        Assert.All(toBob.Concat(toTea), sent => Assert.Equal(MessageState.Sending, sent.State));
        Assert.Equal(2 * texts.Length, toBob.Concat(toTea).DistinctBy(sent => sent.Id).Count());
        await Until.Sequence("bob has them", toBob.Select(sent => sent.Id), async () => (await bob.Api.MessagesAsync("alice")).Select(message => message.Id));
        await Until.Sequence("the group has them", toTea.Select(sent => sent.Id), async () => (await bob.Api.GroupMessagesAsync("tea")).Select(message => message.Id));
        Assert.Equal(texts, (await alice.Api.MessagesAsync("bob")).Select(message => message.Text));
        Assert.Equal(texts, (await alice.Api.GroupMessagesAsync("tea")).Select(message => message.Text));
        await Until.Sequence(
            "alice's front ends are told of each", toBob.Concat(toTea).Select(sent => sent.Id), () => Task.FromResult(atAlice.Seen<Message>().Select(message => message.Id)));
    }

    [Fact]
    public async Task A_repeated_list_answers_alike_and_sends_nothing_twice()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var alice = system.Clients[0].Api;
        await alice.JoinGroupAsync("tea", GroupMode.Durable);
        var (one, two) = (new TextBody("one", Guid.CreateVersion7()), new TextBody("two", Guid.CreateVersion7()));
        await alice.SendAsync("bob", "one", one.Id);

        // One was sent before, and two stands twice in the list.
        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => alice.SendAllAsync("bob", one, two, two)));
        Assert.All(answers, answer => Assert.Equal([one.Id, two.Id, two.Id], answer.Select(sent => (Guid?)sent.Id)));
        Assert.Equal(["one", "two"], (await alice.MessagesAsync("bob")).Select(message => message.Text));

        // As with a single text, the id alone stands for what was sent with it.
        Assert.Equal(one.Id, (await alice.SendAllAsync("bob", new TextBody(null, one.Id), new TextBody("three")))[0].Id);
        Assert.Equal(["one", "two", "three"], (await alice.MessagesAsync("bob")).Select(message => message.Text));

        var tea = new TextBody("tea", Guid.CreateVersion7());
        var first = await alice.SendAllToGroupAsync("tea", tea);
        await alice.LeaveGroupAsync("tea");
        Assert.Equal(first, await alice.SendAllToGroupAsync("tea", tea));
        Assert.Equal(["tea"], (await alice.GroupMessagesAsync("tea")).Select(message => message.Text));
    }

    [Fact]
    public async Task One_bad_text_refuses_the_whole_list_and_is_named()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var alice = system.Clients[0].Api;
        await alice.JoinGroupAsync("tea", GroupMode.Durable);
        var (good, first, given) = (new TextBody("good"), new TextBody("first", Guid.CreateVersion7()), Guid.CreateVersion7());
        await alice.SendAsync("bob", "first", first.Id);

        foreach (var send in (Func<TextBody[], Task>[])[list => alice.SendAllAsync("bob", list), list => alice.SendAllToGroupAsync("tea", list)])
        {
            await RefusedAsync(HttpStatusCode.BadRequest, "messages[1]: A message needs a text of at least one character.", good, new TextBody(""));
            await RefusedAsync(HttpStatusCode.BadRequest, "messages[0]: A message needs a text of at least one character.", new TextBody(null), good);
            await RefusedAsync(HttpStatusCode.BadRequest, "messages[1]: A message needs a text of at least one character.", good, null!);
            await RefusedAsync(HttpStatusCode.BadRequest, "messages[1]: id is not a UUID of version 7 (RFC 9562); leave it out, or make a new one for each message.", good, new TextBody("x", Guid.NewGuid()));
            await RefusedAsync(HttpStatusCode.RequestEntityTooLarge, "messages[2]: The text has 16,385 bytes of UTF-8; at most 16,384 are allowed.", good, good, new TextBody(new string('a', 16_385)));
            await RefusedAsync(HttpStatusCode.Conflict, $"messages[1]: {OtherMessage}", good, first with { Text = "another" });
            await RefusedAsync(HttpStatusCode.Conflict, $"messages[2]: {OtherMessage}", good, new TextBody("one", given), new TextBody("two", given));
            await RefusedAsync(HttpStatusCode.BadRequest, "messages has 0 texts; it must have from 1 to 256.");
            await RefusedAsync(HttpStatusCode.BadRequest, "messages has 257 texts; it must have from 1 to 256.", [.. Enumerable.Repeat(good, 257)]);

            async Task RefusedAsync(HttpStatusCode status, string sentence, params TextBody[] list)
            {
                var refusal = await ChatApi.RefusalAsync(() => send(list));
                Assert.Equal((status, sentence), (refusal.Status, refusal.Message));
            }
        }

        var elsewhere = await ChatApi.RefusalAsync(() => alice.SendAllToGroupAsync("tea", good, first));
        Assert.Equal((HttpStatusCode.Conflict, $"messages[1]: {OtherMessage}"), (elsewhere.Status, elsewhere.Message));
        Assert.Equal(HttpStatusCode.NotFound, (await ChatApi.RefusalAsync(() => alice.SendAllAsync("nobody", good))).Status);
        Assert.Equal(HttpStatusCode.Conflict, (await ChatApi.RefusalAsync(() => alice.SendAllToGroupAsync("chess", good))).Status);
        Assert.Equal(["first"], (await alice.MessagesAsync("bob")).Select(message => message.Text));
        Assert.Empty(await alice.GroupMessagesAsync("tea"));
    }

    [Fact]
    public async Task Another_body_is_refused()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        using var http = new HttpClient { BaseAddress = system.Clients[0].BaseAddress };
        http.DefaultRequestHeaders.Authorization = new("Bearer", system.Clients[0].Token);
        foreach (var (body, part) in ((string, string)[])[
            ("""{}""", "messages has 0 texts; it must have from 1 to 256."),
            ("""{"messages":[{"text":5}]}""", "(at $.messages[0].text)"),
            ("""{"messages":["text"]}""", "(at $.messages[0])"),
            ("""{"messages":{"text":"hi"}}""", "(at $.messages)")])
        {
            using var content = new StringContent(body, Encoding.UTF8, "application/json");
            using var answer = await http.PostAsync("/api/chats/bob/messages/list", content, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            var problem = await answer.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            Assert.Contains(part, problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        }
    }
}
