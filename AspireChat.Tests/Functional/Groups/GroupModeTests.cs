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
    public async Task A_client_refuses_to_join_a_group_of_an_unknown_mode()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var alice = system.Clients[0];
        await system.Redis.ExecuteAsync(
            "HSET", "chat:group:later", "mode", "ledger", "createdBy", "zoe", "since", "1", "generation", new string('a', 32));
        await system.Redis.ExecuteAsync("SADD", "chat:group:later:subscribers", "zoe");
        await system.Redis.ExecuteAsync("ZADD", "chat:group:later:active", "99999999999999", "zoe");

        // Only newer clients know what the end of a lease means in this mode.
        await system.Redis.ExecuteAsync("ZADD", "chat:group:later:active", "1", "yann");

        foreach (var mode in (GroupMode?[])[null, GroupMode.Durable, GroupMode.Transient])
        {
            var refusal = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("later", mode));
            Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
            Assert.Equal("The group later is 'ledger', which this version does not know; a newer one may.", refusal.Message);
        }

        Assert.Null(await alice.Api.FindGroupAsync("later"));
        Assert.Equal(
            ["zoe"],
            ((RedisResult[]?)await system.Redis.ExecuteAsync("SMEMBERS", "chat:group:later:subscribers"))!.Select(user => $"{user}"));
        Assert.Equal(
            ["yann", "zoe"],
            ((RedisResult[]?)await system.Redis.ExecuteAsync("ZRANGE", "chat:group:later:active", "0", "-1"))!.Select(user => $"{user}"));
        Assert.Equal("ledger", $"{await system.Redis.ExecuteAsync("HGET", "chat:group:later", "mode")}");
    }

    [Theory]
    [InlineData("mode", "Durable", HttpStatusCode.Conflict)]
    [InlineData("mode", "\u001b[2J", HttpStatusCode.Conflict)]
    [InlineData("since", "nan", HttpStatusCode.OK)]
    [InlineData("since", "1e300", HttpStatusCode.OK)]
    [InlineData("since", "-1e300", HttpStatusCode.OK)]
    public async Task A_forged_group_record_is_refused_or_repaired_with_a_sentence(string field, string value, HttpStatusCode status)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var alice = system.Clients[0];
        await system.Redis.ExecuteAsync(
            "HSET", "chat:group:tea", "mode", "durable", "createdBy", "zoe", "since", "1", "generation", new string('a', 32));
        await system.Redis.ExecuteAsync("HSET", "chat:group:tea", field, value);

        if (status == HttpStatusCode.OK)
        {
            Assert.Equal(new GroupSummary("tea", GroupMode.Durable, 1, true, Unread: 0), await alice.Api.JoinGroupAsync("tea"));
            Assert.Equal(1, (await alice.Api.FindGroupAsync("tea"))!.Members);
            return;
        }

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("tea"));
        Assert.Equal(status, refusal.Status);
        Assert.DoesNotContain(value, refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_subscription_of_a_newer_version_is_listed_and_kept()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var alice = await system.StartProgramAsync("alice");
        await alice.KillAsync();
        await using (var newer = new LocalStore(path: alice.DataDirectory))
        {
            await newer.Messages.SubscribeAsync("later", GroupMode.Find("ledger")!, [new string('a', 32)], new Dictionary<string, long>());
        }

        await alice.RestartAsync();
        Assert.Equal("ledger", (await alice.Api.FindGroupAsync("later"))!.Mode.Word);
        var refusal = await ChatApi.RefusalAsync(() => alice.Api.UnsubscribeAsync("later"));
        Assert.Equal(HttpStatusCode.Conflict, refusal.Status);
        Assert.NotNull(await alice.Api.FindGroupAsync("later"));
    }

    [Fact]
    public async Task A_new_group_cannot_have_an_unknown_mode()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice"]);
        var alice = system.Clients[0];

        var refusal = await ChatApi.RefusalAsync(() => alice.Api.JoinGroupAsync("later", GroupMode.Find("ledger")));

        Assert.Equal(HttpStatusCode.BadRequest, refusal.Status);
        Assert.Equal("There is no mode 'ledger' in this version; use one of: durable, transient, stream, redis-stream, redis-pubsub.", refusal.Message);
        Assert.Empty(((RedisResult[]?)await system.Redis.ExecuteAsync("KEYS", "chat:group:*"))!);
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
