using System.Globalization;
using System.Text;
using AspireChat.Protos.V1;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Deliveries whose properties are the attack. The broker accepts them from every user who may publish.</summary>
public sealed class PoisonedDeliveryTests(SharedRabbitMq broker)
{
    // The broker limits frames, and so the headers of a message, to 128 KiB by default.
    private const int DeepestArrays = 26_190;
    private const int DeepestTables = 18_700;

    // A delivery that is tried up to its limit costs as many connections, and the client waits between two.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly byte[] Protobuf = Encoding.ASCII.GetBytes("application/protobuf");

    [Theory]
    [InlineData("chat.discovery", "")]
    [InlineData("chat.group.durable", "")]
    [InlineData("chat.group.transient", "")]
    [InlineData("", "chat.insults")]
    public async Task Headers_nested_as_deeply_as_a_frame_allows_cost_no_connection(string exchange, string routingKey)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob");
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("durable", GroupMode.Durable);
            await client.Api.JoinGroupAsync("transient", GroupMode.Transient);
        }

        await using var atBob = await clients[1].WatchAsync();
        await using var publisher = await RawAmqpPublisher.ConnectAsync(system.Rabbit!);
        byte[] question = new SurveyQuestion { Asker = "mallory" }.ToByteArray();
        var correlation = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString());
        foreach (var headers in (byte[][])[RawProperties.Arrays(DeepestArrays), RawProperties.Tables(DeepestTables)])
        {
            await publisher.PublishAsync(exchange, routingKey, RawProperties.Of(headers: headers), question);
            await publisher.PublishAsync(
                exchange, routingKey, RawProperties.Of(Protobuf, headers, correlation, Encoding.ASCII.GetBytes("nobody")), question);
        }

        await UntilAllWorkAsync(clients);
        Assert.Empty(atBob.Seen<ConnectionChange>());
    }

    [Fact]
    public async Task A_delivery_that_the_library_cannot_read_is_removed_alone()
    {
        // The library ends the connection over what it takes for a fault of the broker, and the delivery returns.
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        (string, string)[] settings = [("Chat:Groups:DeliveryLimit", "10"), ("Chat:Broker:MaxBackoff", "00:00:00.1")];
        var alice = await system.StartProgramAsync("alice", settings);
        var bob = await system.StartProgramAsync("bob", settings);
        await alice.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.LeaveGroupAsync("chess");
        await alice.Api.LeaveGroupAsync("chess");

        await using var zoe = await RawMember.ConnectAsync("zoe", system.Rabbit!);
        await zoe.ClaimAsync(system.Redis);
        await zoe.LearnAsync(system.Redis, "chess");
        await using var publisher = await RawAmqpPublisher.ConnectAsync(system.Rabbit!);
        for (var i = 1; i <= 30; i++)
        {
            if (i == 5)
            {
                await publisher.PublishAsync("chat.group.chess", "", RawProperties.Of(Protobuf, RawProperties.UnreadableNumber()), []);
            }

            await zoe.SayAsync("chess", zoe.Sign(zoe.ToGroup("chess", (ulong)i, Text(i))));
        }

        // The join takes long, since the delivery interrupts it.
        await Until.True("bob is in the room", async () => (await bob.Api.JoinGroupAsync("chess")).IsJoined, Patience);
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", Enumerable.Range(1, 30).Select(Text), Patience);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
        Assert.False(bob.Process.HasExited, bob.Process.Describe());
    }

    [Fact]
    public async Task A_client_answers_other_surveys_after_one_it_cannot_answer()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartProgramsAsync("alice", "bob", "carol");
        await using var publisher = await RawAmqpPublisher.ConnectAsync(system.Rabbit!);
        var question = new SurveyQuestion { Asker = "mallory" }.ToByteArray();
        var correlation = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString());

        // Read as text, each of these bytes becomes three, so the address of the answer would be too long.
        byte[] replyTo = [.. Enumerable.Repeat((byte)0xFF, 255)];
        for (var i = 0; i < 60; i++)
        {
            await publisher.PublishAsync("chat.discovery", "", RawProperties.Of(Protobuf, null, correlation, replyTo), question);
        }

        var survey = await clients[0].Api.DiscoverAsync(seconds: 20);
        Assert.Equal(SurveyEnd.Complete, survey.Ended);
        Assert.Equal(["bob", "carol"], survey.Users.Select(user => user.Name));
    }

    [Fact]
    public async Task A_broker_with_small_frames_refuses_deep_headers_itself()
    {
        await using var small = await RabbitMqServer.StartAsync("frame_max = 32768");
        await using var publisher = await RawAmqpPublisher.ConnectAsync(small.ConnectionString);

        var refused = await Assert.ThrowsAsync<IOException>(() => publisher.PublishAsync(
            "amq.fanout", "", RawProperties.Of(headers: RawProperties.Arrays(DeepestArrays)), []));

        Assert.StartsWith("501 FRAME_ERROR", refused.Message, StringComparison.Ordinal);
    }

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"text {number}");

    // Each client still answers surveys and receives from both groups, and one of them gets an insult.
    private static async Task UntilAllWorkAsync(ChatClientProcess[] clients)
    {
        var (alice, bob) = (clients[0], clients[1]);
        foreach (var client in clients)
        {
            var survey = await client.Api.DiscoverAsync(seconds: 20);
            Assert.Equal((SurveyEnd.Complete, 1), (survey.Ended, survey.Users.Count));
        }

        foreach (var group in (string[])["durable", "transient"])
        {
            await alice.Api.SendToGroupAsync(group, "still here");
            await bob.Api.UntilTextsAsync("bob", group, "alice", ["still here"]);
        }

        var insults = new List<Guid>();
        foreach (var client in clients)
        {
            insults.Add((await client.Api.InsultAsync("slowcoach")).Id);
        }

        await Until.Sequence(
            "the insults have come",
            insults.Order(),
            async () => (await Task.WhenAll(clients.Select(client => client.Api.InsultsAsync())))
                .SelectMany(received => received).Select(insult => insult.Id).Order());
        Assert.All(clients, client => Assert.False(client.Process.HasExited, client.Process.Describe()));
    }
}
