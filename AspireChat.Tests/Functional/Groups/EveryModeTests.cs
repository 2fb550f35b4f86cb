using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>What holds for groups of every mode.</summary>
public sealed class EveryModeTests(SharedRabbitMq broker)
{
    /// <summary>All modes.</summary>
    public static TheoryData<string> Modes => [.. GroupMode.All.Select(mode => mode.Word)];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task All_members_get_everything_once_in_the_order_of_its_sender(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob", "carol"]);
        var group = GroupMode.Find(mode)!;
        foreach (var client in system.Clients)
        {
            Assert.Equal(group, (await client.Api.JoinGroupAsync("chess", group)).Mode);
        }

        string[] texts = [.. Enumerable.Range(0, 150).Select(i => $"{i}")];
        await Task.WhenAll(system.Clients.Select(client => client.Api.SayAsync("chess", texts)));
        var confirmed = group.IsKept ? MessageState.Confirmed : MessageState.Sent;
        foreach (var (reader, sender) in system.Clients.SelectMany(_ => system.Clients, (reader, sender) => (reader, sender)))
        {
            await reader.Api.UntilTextsAsync(reader.Name, "chess", sender.Name, texts);
            await Until.True(
                $"all of {sender.Name} are {confirmed}",
                async () => (await sender.Api.GroupMessagesAsync("chess")).Where(m => m.From == sender.Name).All(m => m.State == confirmed));
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_member_who_left_gets_nothing_and_one_who_returns_gets_what_its_mode_keeps(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.JoinGroupAsync("chess");
        await bob.LeaveGroupAsync("chess");
        await alice.SayAsync("chess", "meanwhile");
        await Until.True("it is sent", async () => (await alice.GroupMessagesAsync("chess"))[0].State != MessageState.Sending);
        await bob.JoinGroupAsync("chess");
        await alice.SayAsync("chess", "after");
        await bob.UntilTextsAsync("bob", "chess", "alice", GroupMode.Find(mode)!.IsKept ? ["meanwhile", "after"] : ["after"]);
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_group_of_another_mode_of_this_name_is_a_conflict(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        await system.Clients[0].Api.JoinGroupAsync("chess", GroupMode.Find(mode));
        foreach (var other in GroupMode.All.Where(other => other.Word != mode))
        {
            var refusal = await ChatApi.RefusalAsync(() => system.Clients[1].Api.JoinGroupAsync("chess", other));
            Assert.Equal($"The group chess is {mode}; join it in that mode, or choose another name.", refusal.Message);
        }
    }

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task Only_what_a_group_keeps_waits_for_the_disk_of_its_receiver(string mode)
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["alice", "bob"]);
        var (alice, bob) = (system.Clients[0].Api, system.Clients[1].Api);
        await alice.JoinGroupAsync("chess", GroupMode.Find(mode));
        await bob.JoinGroupAsync("chess");
        var (stored, synchronous) = (0L, new List<long>());
        system.Clients[1].Services.GetRequiredService<ChatDatabase>().Committing += connection =>
        {
            var now = Number(connection, "SELECT count(*) FROM messages");
            if (now > stored)
            {
                synchronous.Add(Number(connection, "PRAGMA synchronous"));
            }

            stored = now;
        };

        // One by one: a commit may be shared with something else, which waits for the disk; five in a row are not.
        string[] texts = ["1", "2", "3", "4", "5"];
        foreach (var (i, text) in texts.Index())
        {
            await alice.SayAsync("chess", text);
            await bob.UntilTextsAsync("bob", "chess", "alice", texts[..(i + 1)]);
        }

        Assert.Equal(GroupMode.Find(mode)!.IsKept ? 2 : 1, synchronous.Min());
    }

    private static long Number(HistoryConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return (long)command.ExecuteScalar()!;
    }
}
