using System.Net;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>One key that asks for ever more chats.</summary>
public sealed class RequestLimitTests
{
    [Theory]
    [InlineData("auto")]
    [InlineData("ask")]
    public async Task One_key_under_many_names_is_refused_before_it_fills_the_list(string accept)
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", accept));
        using var mallory = new RawPeer("mallory");
        var client = mallory.Connect((await bob.Api.MeAsync()).Address);
        var last = Status.DefaultSuccess;
        for (var i = 0; i < 15; i++)
        {
            await system.Redis.ExecuteAsync("HSET", $"chat:claim:m{i}", "fingerprint", mallory.Fingerprint, "epoch", "1");
            last = await AskAsync(client, mallory.Greeting($"m{i}"));
        }

        Assert.Equal(StatusCode.ResourceExhausted, last.StatusCode);
        Assert.Contains("names", last.Detail, StringComparison.Ordinal);
        Assert.Equal(3, (await bob.Api.ChatsAsync()).Count);
    }

    [Fact]
    public async Task The_user_is_asked_once_by_a_peer_that_keeps_hanging_up()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"));
        await using var events = await bob.WatchAsync();
        using var mallory = new RawPeer("mallory");
        await mallory.ClaimAsync(system.Redis);
        var client = mallory.Connect((await bob.Api.MeAsync()).Address);
        var ends = new List<Status>();
        for (var round = 0; round < 6; round++)
        {
            ends.AddRange(await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => AskAsync(client, mallory.Greeting()))));
        }

        Assert.Contains(ends, end => end.StatusCode == StatusCode.ResourceExhausted && end.Detail.Contains("too often", StringComparison.Ordinal));
        Assert.Equal(ChatState.Asked, (await bob.Api.FindChatAsync("mallory"))?.State);
        Assert.Single(events.Seen<ChatChange>());
    }

    [Fact]
    public async Task A_user_who_asks_too_often_reads_why_it_fails()
    {
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartClientAsync("bob", ("Chat:AcceptChats", "ask"), ("Chat:Peer:MaxRequestsPerMinute", "1"));
        var alice = await system.StartClientAsync("alice");
        var first = ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob"));
        await Until.Equal("bob is asked", ChatState.Asked, async () => (await bob.Api.FindChatAsync("alice"))?.State);
        await bob.Api.DeclineChatAsync("alice");
        Assert.Equal(HttpStatusCode.Conflict, (await first.DefaultTimeout()).Status);

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refusal.Status);
        Assert.Contains("asked too often", refusal.Message, StringComparison.Ordinal);

        await alice.Api.SendAsync("bob", "please");
        await Until.Equal("the message fails", MessageState.Failed, async () => (await alice.Api.MessagesAsync("bob"))[0].State);
        Assert.Contains("asked too often", (await alice.Api.MessagesAsync("bob"))[0].Reason, StringComparison.Ordinal);
    }

    // The call ends soon, without waiting for an answer.
    private static async Task<Status> AskAsync(PeerChat.PeerChatClient client, Metadata greeting)
    {
        try
        {
            await client.OpenChatAsync(new OpenChatRequest(), greeting, DateTime.UtcNow + TimeSpan.FromSeconds(1));
            return Status.DefaultSuccess;
        }
        catch (RpcException e)
        {
            return e.Status;
        }
    }
}
