using System.Globalization;
using System.Text;
using AspireChat.Protos.V1;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Deliveries whose properties are the attack. The broker takes all of them: anybody who may publish may send them.</summary>
public sealed class PoisonedDeliveryTests(SharedRabbitMq broker)
{
    // The broker's own default limits frames, and so the headers of a message, to 128 KiB.
    private const int DeepestArrays = 26_190;
    private const int DeepestTables = 18_700;

    // A delivery that is tried until its limit takes as many connections, and the client waits between two.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private static readonly byte[] Protobuf = Encoding.ASCII.GetBytes("application/protobuf");

    [Theory]
    [InlineData("chat.discovery", "")]
    [InlineData("chat.group.durable", "")]
    [InlineData("chat.group.transient", "")]
    [InlineData("", "chat.insults")]
    public async Task Headers_nested_as_deeply_as_a_frame_allows_cost_no_client_and_no_connection(string exchange, string routingKey)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob");
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("durable", "durable");
            await client.Api.JoinGroupAsync("transient", "transient");
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
        Assert.DoesNotContain(atBob.Seen(), e => e.Type == "connection");
    }

    [Fact]
    public async Task A_delivery_that_the_library_cannot_read_leaves_the_queue_and_takes_none_of_its_neighbours_with_it()
    {
        // What the library takes for an offence of the broker ends the connection, and the delivery comes again.
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        (string, string)[] settings = [("Chat:Groups:DeliveryLimit", "10"), ("Chat:Broker:MaxBackoff", "00:00:00.1")];
        var alice = await system.StartClientAsync("alice", settings);
        var bob = await system.StartClientAsync("bob", settings);
        await alice.Api.JoinGroupAsync("chess", "durable");
        await bob.Api.JoinGroupAsync("chess", "durable");
        await bob.Api.ExitGroupAsync("chess");
        await alice.Api.ExitGroupAsync("chess");

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

        // Joining takes its time, since it is interrupted.
        await Until.True("bob is in the room", async () => (await bob.Api.JoinGroupAsync("chess")).Joined, Patience);
        await bob.Api.UntilTextsAsync("bob", "chess", "zoe", Enumerable.Range(1, 30).Select(Text), Patience);
        Assert.Equal(0, (await bob.Api.GroupMessagesAsync("chess")).Sum(message => message.Missing));
        Assert.False(bob.Process.HasExited, bob.Process.Describe());
    }

    [Fact]
    public async Task A_question_that_cannot_be_answered_keeps_nobody_from_answering_others()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await system.StartClientsAsync("alice", "bob", "carol");
        await using var publisher = await RawAmqpPublisher.ConnectAsync(system.Rabbit!);
        var question = new SurveyQuestion { Asker = "mallory" }.ToByteArray();
        var correlation = Encoding.ASCII.GetBytes(Guid.NewGuid().ToString());

        // Read as text, each of these bytes becomes a character of three: the answer's address would be too long.
        byte[] replyTo = [.. Enumerable.Repeat((byte)0xFF, 255)];
        for (var i = 0; i < 60; i++)
        {
            await publisher.PublishAsync("chat.discovery", "", RawProperties.Of(Protobuf, null, correlation, replyTo), question);
        }

        var survey = await clients[0].Api.DiscoverAsync(seconds: 20);
        Assert.Equal("complete", survey.Ended);
        Assert.Equal(["bob", "carol"], survey.Users.Select(user => user.Name));
    }

    [Fact]
    public async Task A_broker_with_small_frames_refuses_such_headers_itself()
    {
        await using var small = await RabbitMqServer.StartAsync("frame_max = 32768");
        await using var publisher = await RawAmqpPublisher.ConnectAsync(small.ConnectionString);

        var refused = await Assert.ThrowsAsync<IOException>(() => publisher.PublishAsync(
            "amq.fanout", "", RawProperties.Of(headers: RawProperties.Arrays(DeepestArrays)), []));

        Assert.StartsWith("501 FRAME_ERROR", refused.Message, StringComparison.Ordinal);
    }

    private static string Text(int number) => string.Create(CultureInfo.InvariantCulture, $"text {number}");

    // Each still answers, hears both groups, and one of them gets an insult.
    private static async Task UntilAllWorkAsync(ChatClientProcess[] clients)
    {
        var (alice, bob) = (clients[0], clients[1]);
        foreach (var client in clients)
        {
            var survey = await client.Api.DiscoverAsync(seconds: 20);
            Assert.Equal(("complete", 1), (survey.Ended, survey.Users.Count));
        }

        foreach (var group in (string[])["durable", "transient"])
        {
            await alice.Api.SendToGroupAsync(group, "still here");
            await bob.Api.UntilTextsAsync("bob", group, "alice", ["still here"]);
        }

        var insults = new List<string>();
        foreach (var client in clients)
        {
            insults.Add((await client.Api.InsultAsync("slowcoach")).Id);
        }

        await Until.Sequence(
            "the insults have come",
            insults.Order(StringComparer.Ordinal),
            async () => (await Task.WhenAll(clients.Select(client => client.Api.InsultsAsync())))
                .SelectMany(received => received).Select(insult => insult.Id).Order(StringComparer.Ordinal));
        Assert.All(clients, client => Assert.False(client.Process.HasExited, client.Process.Describe()));
    }
}
