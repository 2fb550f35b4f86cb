using System.Net;
using AspireChat.Client;
using AspireChat.Client.Groups;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>The modes of groups: those that this version knows, and those of newer clients.</summary>
public sealed class GroupModeTests(SharedRabbitMq broker)
{
    [Fact]
    public async Task A_group_of_a_mode_that_only_newer_clients_know_is_refused_and_left_as_it_was()
    {
        await using var room = await Room.StartAsync(broker, ["alice"]);
        var alice = room.Clients[0];
        await room.Redis.ExecuteAsync(
            "HSET", "chat:group:later", "mode", "ledger", "createdBy", "zoe", "since", "1", "generation", new string('a', 32));
        await room.Redis.ExecuteAsync("SADD", "chat:group:later:subscribers", "zoe");
        await room.Redis.ExecuteAsync("ZADD", "chat:group:later:active", "99999999999999", "zoe");

        foreach (var mode in (GroupMode?[])[null, GroupMode.Durable, GroupMode.Transient])
        {
            var refusal = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("later", mode));
            Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
            Assert.Equal("The group later is 'ledger', which this version does not know; a newer one may.", refusal.Message);
        }

        Assert.Null(await alice.Api.FindGroupAsync("later"));
        Assert.Equal(["zoe"], ((RedisResult[]?)await room.Redis.ExecuteAsync("SMEMBERS", "chat:group:later:subscribers"))!.Select(user => $"{user}"));
        Assert.Equal(["zoe"], ((RedisResult[]?)await room.Redis.ExecuteAsync("ZRANGE", "chat:group:later:active", "0", "-1"))!.Select(user => $"{user}"));
        Assert.Equal("ledger", $"{await room.Redis.ExecuteAsync("HGET", "chat:group:later", "mode")}");
    }

    [Fact]
    public async Task A_new_group_cannot_have_a_mode_that_this_version_does_not_know()
    {
        await using var room = await Room.StartAsync(broker, ["alice"]);
        var alice = room.Clients[0];

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("later", GroupMode.Find("ledger")));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
        Assert.Equal("There is no mode 'ledger' in this version; use one of: durable, transient.", refusal.Message);
        Assert.Empty(((RedisResult[]?)await room.Redis.ExecuteAsync("KEYS", "chat:group:*"))!);
    }

    [Fact]
    public async Task Each_mode_has_one_transport()
    {
        using var folder = new TempFolder("alice");
        await using var client = ClientApp.Build(["--name", "alice", "--Chat:DataDirectory", folder.FullName]);

        Assert.Equal(
            GroupMode.All.Select(mode => mode.Word),
            client.Services.GetServices<IGroupTransport>().Select(transport => transport.Mode.Word));
    }
}
