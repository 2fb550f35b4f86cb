using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>Private messages to users who are away.</summary>
public sealed class AbsenceTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_message_to_somebody_away_is_stored_and_delivered_at_the_return()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.SayAsync("bob", "before");
        Assert.Equal(0, await bob.TerminateAsync());
        await using var events = await alice.WatchAsync();

        var sent = await alice.Api.SendAsync("bob", "while away");
        Assert.Equal(MessageState.Stored, (await events.NextStateAsync(sent.Id)).State);
        Assert.Equal([MessageState.Delivered, MessageState.Stored], await alice.StatesAsync("bob"));

        await bob.RestartAsync();
        Assert.Equal(MessageState.Delivered, (await events.NextStateAsync(sent.Id)).State);
        await bob.HasOnceAsync("alice", "before", "while away");
        await bob.Api.MarkReadAsync("alice");
        Assert.Equal(MessageState.Read, (await events.NextStateAsync(sent.Id)).State);
    }

    [Fact]
    public async Task A_message_to_somebody_never_met_is_stored_and_pins_nothing_before_the_receipt()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        Assert.Equal(0, await bob.TerminateAsync());
        var alice = await system.StartProgramAsync("alice");

        await alice.Api.SendAsync("bob", "hello, stranger");
        await alice.UntilStatesAsync("bob", MessageState.Stored);
        Assert.Equal(0L, alice.QuerySql("SELECT count(*) FROM pins WHERE name = 'bob'"));

        // Bob's receipt comes by letter while alice is away, and pins his key at her return, though the name server knows nothing.
        await alice.KillAsync();
        await bob.RestartAsync();
        await bob.HasOnceAsync("alice", "hello, stranger");
        Assert.Equal(0, await bob.TerminateAsync());
        await system.Redis.ExecuteAsync("DEL", "chat:claim:bob");
        await alice.RestartAsync();
        await alice.UntilStatesAsync("bob", MessageState.Delivered);
        Assert.Equal(1L, alice.QuerySql("SELECT count(*) FROM pins WHERE name = 'bob'"));
    }

    [Fact]
    public async Task Two_hundred_messages_arrive_once_and_in_order_though_both_were_killed()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.SayAsync("bob", "before");
        await bob.KillAsync();
        var texts = await LeaveTwoHundredAsync(alice);
        await alice.KillAsync();

        await bob.RestartAsync();
        await alice.RestartAsync();
        await bob.HasOnceAsync("alice", ["before", .. texts]);
        await alice.UntilStatesAsync("bob", Enumerable.Repeat(MessageState.Delivered, 201));
    }

    [Fact]
    public async Task The_sender_may_stay_away_while_the_receiver_reads_and_answers()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        await alice.SayAsync("bob", "before");
        await bob.KillAsync();
        var texts = await LeaveTwoHundredAsync(alice);
        Assert.Equal(0, await alice.TerminateAsync());

        await bob.RestartAsync();
        await bob.HasOnceAsync("alice", ["before", .. texts]);
        await bob.Api.MarkReadAsync("alice");
        await bob.Api.SendAsync("alice", "all read");
        await bob.UntilTrueAsync("alice", "bob's answer is stored", message => message.From == "alice" || message.State == MessageState.Stored);
        Assert.Equal(0, await bob.TerminateAsync());

        // Both were never there at the same time.
        await alice.RestartAsync();
        await alice.UntilTrueAsync(
            "bob", "everything is read, and the answer is here", message => message.State == (message.From == "bob" ? MessageState.Delivered : MessageState.Read), 202);
    }

    // After one message that bob has got.
    private static async Task<string[]> LeaveTwoHundredAsync(ChatClientProcess alice)
    {
        string[] texts = [.. Enumerable.Range(1, 200).Select(number => $"number {number}")];
        foreach (var text in texts)
        {
            await alice.Api.SendAsync("bob", text);
        }

        await alice.UntilStatesAsync("bob", [MessageState.Delivered, .. texts.Select(_ => MessageState.Stored)]);
        return texts;
    }
}
