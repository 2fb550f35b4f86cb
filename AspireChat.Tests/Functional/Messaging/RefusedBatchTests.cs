using AspireChat.Protos.V1;
using AspireChat.Tests.Functional.Groups;
using AspireChat.Tests.Infrastructure;
using Google.Protobuf;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Batches that any client of the broker may publish to a group.</summary>
public sealed class RefusedBatchTests(SharedRabbitMq broker)
{
    private const string Here = "group:chess";

    [Fact]
    public async Task A_batch_that_breaks_a_rule_is_refused_alone()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("go", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await RawMember.ConnectAsync("alice", system.Rabbit!);
        await using var mallory = await RawMember.ConnectAsync("mallory", system.Rabbit!);
        await using var carol = await RawMember.ConnectAsync("carol", system.Rabbit!);
        await alice.ClaimAsync(system.Redis);
        await mallory.ClaimAsync(system.Redis);
        await carol.ClaimAsync(system.Redis);
        await alice.LearnAsync(system.Redis, "chess", "go");
        await mallory.LearnAsync(system.Redis, "chess", "go");

        List<string> shown = ["hello"];
        var first = alice.Sign(alice.ToGroup("chess", 1, "hello"));
        await alice.SayAsync("chess", first);
        await bob.Api.UntilTextsAsync("bob", "chess", null, shown);

        var seq = 2UL;
        foreach (var (what, body, contentType, why) in Bad(alice, mallory))
        {
            await mallory.PublishAsync("chat.group.chess", body, contentType);
            var refusal = await atBob.NextRefusalAsync(Here);
            Assert.True(refusal.Contains(why, StringComparison.Ordinal), $"{what}: {refusal}");

            await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", seq++, $"after {what}")));
            shown.Add($"after {what}");
            await bob.Api.UntilTextsAsync("bob", "chess", null, shown);
        }

        // A replay is not reported.
        await mallory.SayAsync("chess", first);
        await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", seq, "after a replay")));
        await bob.Api.UntilTextsAsync("bob", "chess", null, [.. shown, "after a replay"]);

        // A replay into another group is a batch for the wrong group.
        await mallory.SayAsync("go", first);
        Assert.Contains("not signed", await atBob.NextRefusalAsync("group:go"), StringComparison.Ordinal);
        Assert.Empty(await bob.Api.TextsAsync("go"));

        await atBob.UntilToldAsync("chess", "alice", [.. shown, "after a replay"]);
        Assert.DoesNotContain(atBob.Seen<Message>(), message => message.From != "alice");
        Assert.Empty(atBob.Seen<GroupChange>());
        Assert.All(atBob.Seen<RefusedBatch>(), refused => Assert.DoesNotContain(refused.Detail, char.IsControl));

        // The loud warning about alice's other key comes once.
        Assert.Single(atBob.Seen<ConnectionChange>(), change => change is { Connection: "peer:alice", State: "key-changed" });
        Assert.False(bob.Process.HasExited);
    }

    [Fact]
    public async Task Bodies_of_any_size_are_refused_without_losing_a_connection()
    {
        await using var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await RawMember.ConnectAsync("alice", system.Rabbit!);
        await alice.ClaimAsync(system.Redis);
        await alice.LearnAsync(system.Redis, "chess");
        List<string> shown = [];

        // RabbitMQ 4 accepts up to 16 MiB, 3.10 up to 128; the library would end the connection above 64.
        foreach (var megabytes in (int[])[1, 17, 65])
        {
            await using var flooder = await RawMember.ConnectAsync("mallory", system.Rabbit!);
            try
            {
                await flooder.PublishAsync("chat.group.chess", new byte[(megabytes * 1024 * 1024) + 1]);
                Assert.Contains("too much", await atBob.NextRefusalAsync(Here), StringComparison.Ordinal);
            }
            catch (Exception e) when (e is OperationInterruptedException or AlreadyClosedException)
            {
                // The broker itself refuses it.
                Assert.True(megabytes > 16, $"The broker refused {megabytes} MiB: {e.Message}");
            }

            shown.Add($"after {megabytes} MiB");
            await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", (ulong)shown.Count, shown[^1])));
            await bob.Api.UntilTextsAsync("bob", "chess", null, shown);
        }

        Assert.False(bob.Process.HasExited);
        Assert.Empty(atBob.Seen<ConnectionChange>());
    }

    [Fact]
    public async Task A_newcomers_batch_waits_for_the_name_server()
    {
        await using var system = await InProcessSystem.StartAsync(broker, ["bob"]);
        var bob = system.Clients[0];
        await bob.Api.JoinGroupAsync("chess", GroupMode.Durable);
        await using var atBob = await bob.WatchAsync();
        await using var alice = await RawMember.ConnectAsync("alice", system.Rabbit);
        await alice.ClaimAsync(system.Redis);
        await alice.LearnAsync(system.Redis, "chess");

        await system.Redis.KillAsync();
        await atBob.NextAsync<ConnectionChange>("Redis is away", change => change is { Connection: "redis", State: not "connected" });
        await alice.SayAsync("chess", alice.Sign(alice.ToGroup("chess", 1, "hello")));
        await system.Redis.RestartAsync();
        await bob.Api.UntilTextsAsync("bob", "chess", "alice", ["hello"]);
        Assert.Empty(atBob.Seen<RefusedBatch>());
    }

    private static IEnumerable<(string What, byte[] Body, string? ContentType, string Why)> Bad(RawMember alice, RawMember mallory)
    {
        const string protobuf = "application/protobuf";
        var good = alice.ToGroup("chess", 100, "one", "two");
        yield return ("another key", Sealed(mallory, good), protobuf, "alice is known here with another key");
        yield return ("no signature", new MessageBatch { Content = good.ToByteString(), PublicKey = alice.PublicKey }.ToByteArray(), protobuf, "not signed");
        yield return ("no key", new MessageBatch { Content = good.ToByteString() }.ToByteArray(), protobuf, "not signed");

        // Mallory signs for a user whose claim has another key, and for a name without a claim.
        yield return ("a name of another key", Sealed(mallory, From(good, "carol")), protobuf, "does not belong to the key");
        yield return ("a name of nobody", Sealed(mallory, From(good, "zoe")), protobuf, "does not belong to the key");
        yield return ("no name at all", Sealed(mallory, From(good, "\u001b[2J")), protobuf, "no valid name");

        var mixed = alice.Sign(good);
        mixed.Content = From(good, "mallory").ToByteString();
        yield return ("another sender in it", mixed.ToByteArray(), protobuf, "not signed");
        var swapped = alice.Sign(good);
        swapped.PublicKey = mallory.PublicKey;
        yield return ("another key on it", swapped.ToByteArray(), protobuf, "not signed");

        yield return ("a batch of another group", Sealed(mallory, mallory.ToGroup("go", 1, "x")), protobuf, "not signed");
        yield return ("content of another group", mallory.Sign(mallory.ToGroup("go", 1, "x"), Here).ToByteArray(), protobuf, "another conversation");
        yield return ("an insult", mallory.Sign(mallory.Insults(1, "x"), Here).ToByteArray(), protobuf, "another conversation");
        yield return ("65 messages", Sealed(mallory, mallory.ToGroup("chess", 1, Enumerable.Repeat("x", 65))), protobuf, "1 to 64 messages");
        yield return ("no message", Sealed(mallory, mallory.ToGroup("chess", 1)), protobuf, "1 to 64 messages");
        yield return ("a long text", Sealed(mallory, mallory.ToGroup("chess", 1, new string('x', 16_385))), protobuf, "at most");
        yield return ("seq 0", Sealed(mallory, mallory.ToGroup("chess", 0, "x")), protobuf, "seq");

        yield return ("garbage", [0xff, 0x00, 0x1b, (byte)'['], protobuf, "not a message batch");
        yield return ("nothing", [], protobuf, "not signed");
        yield return ("text", "hello"u8.ToArray(), "text/plain", "content type");
        yield return ("no content type", Sealed(alice, good), null, "content type");
        yield return ("another content type", Sealed(alice, good), "application/json", "content type");
    }

    private static byte[] Sealed(RawMember by, MessageList messages) => by.Sign(messages).ToByteArray();

    private static MessageList From(MessageList messages, string name)
    {
        var other = messages.Clone();
        other.From = name;
        return other;
    }
}
