using System.Net;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

/// <summary>Calls that send and are repeated, because their answers were lost.</summary>
public sealed class RepeatedCallTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_repeated_call_with_an_id_answers_alike_and_sends_nothing_twice()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("tea", GroupMode.Durable);
        var (toBob, toTea) = (Guid.CreateVersion7(), Guid.CreateVersion7());

        var first = await alice.SendAsync("bob", "hello", toBob);
        Assert.Equal(new SentMessage(toBob, MessageState.Sending), first);
        await Until.Sequence("bob has it", [toBob], async () => (await bob.MessagesAsync("alice")).Select(message => message.Id));
        await Until.Equal("it is delivered", MessageState.Delivered, async () => (await alice.MessagesAsync("bob"))[0].State);
        Assert.Equal(first, await alice.SendAsync("bob", "hello", toBob));

        var answers = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => alice.SendToGroupAsync("tea", "for all", toTea)));
        Assert.All(answers, answer => Assert.Equal(new SentMessage(toTea, MessageState.Sending), answer));
        await alice.LeaveGroupAsync("tea");
        Assert.Equal(answers[0], await alice.SendToGroupAsync("tea", "for all", toTea));

        // What is sent without an id is another message each time.
        await alice.SendAsync("bob", "hello");
        await Until.Sequence(
            "bob has the second", ["hello", "hello"], async () => (await bob.MessagesAsync("alice")).Select(message => message.Text));
        Assert.Equal(["for all"], (await alice.GroupMessagesAsync("tea")).Select(message => message.Text));
    }

    [Fact]
    public async Task An_id_of_another_message_or_version_is_refused()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var alice = system.Clients[0].Api;
        await alice.JoinGroupAsync("tea", GroupMode.Durable);
        var id = Guid.CreateVersion7();
        await alice.SendAsync("bob", "hello", id);

        foreach (var other in (Func<Task>[])[
            () => alice.SendAsync("bob", "something else", id),
            () => alice.SendToGroupAsync("tea", "hello", id),
            () => alice.SendToGroupAsync("tea", "something else", id)])
        {
            var refusal = await ChatApi.RefusalAsync(other);
            Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
            Assert.Equal("You have sent another message with this id; make a new one for each message.", refusal.Message);
        }

        var wrong = await ChatApi.RefusalAsync(() => alice.SendAsync("bob", "hello", Guid.NewGuid()));
        Assert.Equal(HttpStatusCode.BadRequest, wrong.Status);
        Assert.Equal("id is not a UUID of version 7 (RFC 9562); leave it out, or make a new one for each message.", wrong.Message);
        Assert.Equal(["hello"], (await alice.MessagesAsync("bob")).Select(message => message.Text));
        Assert.Empty(await alice.GroupMessagesAsync("tea"));
    }
}
