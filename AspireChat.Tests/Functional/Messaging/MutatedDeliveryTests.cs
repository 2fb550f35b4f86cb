using System.Globalization;
using AspireChat.Protos.V1;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Deliveries that a peer with the right to publish could invent, likely and unlikely ones.</summary>
public sealed class MutatedDeliveryTests(SharedRabbitMq broker, ITestOutputHelper output)
{
    // Set to the seed of a failed run to repeat it.
    private const string SeedVariable = "ASPIRECHAT_TESTS_SEED";

    private static readonly TimeSpan Duration = TimeSpan.FromMinutes(2);

    // Long, since all mutated deliveries are handled before the last messages.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    [Fact]
    [Trait("Category", "Long")]
    public async Task Mutated_deliveries_stop_no_client_and_show_no_false_message()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable(SeedVariable), CultureInfo.InvariantCulture, out var given)
            ? given
            : Random.Shared.Next();
        output.WriteLine($"{SeedVariable}={seed}");
        try
        {
            await RunAsync(new Random(seed));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"With {SeedVariable}={seed}: {e.Message}", e);
        }
    }

    private async Task RunAsync(Random random)
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var clients = await Task.WhenAll(((string[])["alice", "bob", "carol"]).Select(name => system.StartProgramAsync(
            name, ("Chat:Groups:DeliveryLimit", "10"), ("Chat:Broker:MaxBackoff", "00:00:00.2"))));
        foreach (var client in clients)
        {
            await client.Api.JoinGroupAsync("chess", GroupMode.Durable);
        }

        await using var zoe = await RawMember.ConnectAsync("zoe", system.Rabbit!);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit!);
        await zoe.ClaimAsync(system.Redis);
        await zoe.LearnAsync(system.Redis, "chess");
        var published = await PublishAsync(system.Rabbit!, clients, zoe, mallory, random);
        output.WriteLine($"{published} publishes were taken by the broker.");

        foreach (var client in clients)
        {
            await Until.Equal($"{client.Name} finds both others", (SurveyEnd.Complete, 2), async () => await FoundAsync(client), Patience);
            await client.Api.SendToGroupAsync("chess", $"the end of {client.Name}");
        }

        var insults = await Task.WhenAll(clients.Select(client => client.Api.InsultAsync($"insult of {client.Name}")));
        await Until.Sequence(
            "each insult reaches one client",
            insults.Select(insult => insult.Id).Order(),
            async () => (await Task.WhenAll(clients.Select(client => client.Api.InsultsAsync())))
                .SelectMany(received => received).Where(insult => insult.From != "zoe").Select(insult => insult.Id).Order(),
            Patience);
        foreach (var client in clients)
        {
            await Until.Sequence(
                $"{client.Name} has the last messages",
                clients.Select(each => $"the end of {each.Name}").Order(StringComparer.Ordinal),
                async () => (await client.Api.TextsAsync("chess")).Where(text => text.StartsWith("the end", StringComparison.Ordinal)).Order(StringComparer.Ordinal),
                Patience);

            // A mutation that changes nothing leaves a message of zoe, which may be shown, once.
            var shown = (await client.Api.GroupMessagesAsync("chess")).Where(message => message.From == "zoe").Select(message => message.Text).ToList();
            Assert.Subset(new HashSet<string>(["good one", "good two"]), shown.ToHashSet());
            Assert.Equal(shown.Distinct(), shown);
            Assert.All(await client.Api.GroupMessagesAsync("chess"), message => Assert.True(
                message.From == "zoe" || message.Text == $"the end of {message.From}" || message.Text.StartsWith("between ", StringComparison.Ordinal), message.ToString()));
            Assert.All(await client.Api.InsultsAsync(), insult => Assert.True(
                insult.Text == $"insult of {insult.From}" || insult is { From: "zoe", Text: "good insult" }, insult.ToString()));
            Assert.False(client.Process.HasExited, client.Process.Describe());
            Assert.True(DroppedBy(client) is null, DroppedBy(client));
        }
    }

    private static async Task<int> PublishAsync(
        string rabbit, ChatClientProcess[] clients, RawMember zoe, RawMember mallory, Random random)
    {
        var mutation = new Mutation(random);
        var group = zoe.ToGroup("chess", 1, "good one", "good two");
        var insult = zoe.Insults(1, "good insult");
        byte[][] contents = [group.ToByteArray(), insult.ToByteArray(), new SurveyFindings { User = "zoe", Address = RawMember.Nowhere }.ToByteArray()];
        byte[][] good =
        [
            zoe.Sign(group).ToByteArray(), zoe.Sign(insult).ToByteArray(), new SurveyQuestion { Asker = "zoe" }.ToByteArray(),
            zoe.Answer(Guid.NewGuid().ToString(), null, "chess").ToByteArray(),
        ];
        (string Exchange, string Key, string Conversation)[] places =
            [("chat.discovery", "", "group:chess"), ("chat.group.chess", "", "group:chess"), ("", "chat.insults", "insults")];
        var publisher = await RawAmqpPublisher.ConnectAsync(rabbit);
        var started = TimeProvider.System.GetTimestamp();
        var taken = 0;
        var tried = 0;
        try
        {
            while (TimeProvider.System.GetElapsedTime(started) < Duration)
            {
                var (exchange, key, conversation) = places[random.Next(places.Length)];

                // A valid signature lets the client read the content; the name never belongs to that key.
                var body = random.Next(2) == 0
                    ? mutation.Body(good)
                    : mallory.Sign(ByteString.CopyFrom(mutation.Body(contents)), conversation).ToByteArray();

                // These are few, since each costs all its receivers their connections.
                var properties = tried is 300 or 900 && key.Length == 0
                    ? RawProperties.Of(headers: RawProperties.UnreadableNumber())
                    : mutation.Properties();
                try
                {
                    await publisher.PublishAsync(exchange, key, properties, body);
                    taken++;
                }
                catch (IOException)
                {
                    // The broker did not take it for a message, and closed the connection.
                    await publisher.DisposeAsync();
                    publisher = await RawAmqpPublisher.ConnectAsync(rabbit);
                }

                if (++tried % 200 == 0)
                {
                    // This also keeps the publisher from running ahead of the clients.
                    await clients[random.Next(clients.Length)].Api.SendToGroupAsync("chess", $"between {tried}");
                    Assert.All(clients, client => Assert.False(client.Process.HasExited, client.Process.Describe()));
                }
            }
        }
        finally
        {
            await publisher.DisposeAsync();
        }

        return taken;
    }

    // A fault the client did not foresee: it keeps working, but refuses by accident what it should refuse by a rule.
    private static string? DroppedBy(ChatClientProcess client)
    {
        var log = client.Process.Output;
        var dropped = log.IndexOf("cannot be handled and is dropped", StringComparison.Ordinal);
        return dropped < 0 ? null : log[dropped..Math.Min(dropped + 2_000, log.Length)];
    }

    // A survey fails while the client reconnects.
    private static async Task<(SurveyEnd Ended, int Users)> FoundAsync(ChatClientProcess client)
    {
        var survey = await client.Api.DiscoverAsync(seconds: 10);
        return (survey.Ended, survey.Users.Count(user => user.Name is "alice" or "bob" or "carol"));
    }
}
