using System.Text;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>What the broker, and others who can reach it, can see of letters and do with them.</summary>
public sealed class SealedLetterTests(SharedRabbitMq broker)
{
    private const string Secret = "the treasure is under the oak";

    [Fact]
    public async Task A_mailbox_read_at_the_broker_shows_no_text_and_no_sender()
    {
        await using var away = await Away.StartAsync(broker, "alice", Secret);
        await using var queue = await away.MailboxAsync();

        var letter = Assert.Single(await queue.LookAsync());
        Assert.Equal((true, "application/protobuf"), (letter.BasicProperties.Persistent, letter.BasicProperties.ContentType));
        Assert.Null(letter.BasicProperties.MessageId);
        Assert.Null(letter.BasicProperties.UserId);
        Assert.Null(letter.BasicProperties.AppId);
        Assert.Null(letter.BasicProperties.CorrelationId);
        Assert.Null(letter.BasicProperties.ReplyTo);
        Assert.Equal(default, letter.BasicProperties.Timestamp);

        // Quorum queues count deliveries, and the library numbers the publishes of a channel.
        Assert.DoesNotContain(letter.BasicProperties.Headers ?? new Dictionary<string, object?>(), header => header.Key is not ("x-delivery-count" or "x-dotnet-pub-seq-no"));
        var whole = Encoding.Latin1.GetString(letter.Body.Span) + letter.RoutingKey + letter.Exchange;
        Assert.DoesNotContain(Secret, whole, StringComparison.Ordinal);
        Assert.DoesNotContain("alice", whole, StringComparison.Ordinal);
        Assert.Equal($"chat.mailbox.bob.{(await away.BobsKeyAsync())[..16]}", letter.RoutingKey);
    }

    [Fact]
    public async Task A_changed_letter_is_refused_reported_and_kept_for_the_operator()
    {
        await using var away = await Away.StartAsync(broker, "alice", Secret);
        await using var queue = await away.MailboxAsync();
        var letter = Assert.Single(await queue.DrainAsync());
        byte[] changed = [.. letter];
        changed[^1] ^= 1;
        await away.Alice.KillAsync();
        await away.Bob.RestartAsync();
        await using var events = await away.Bob.WatchAsync();

        await queue.PutAsync(changed);
        var reported = await events.NextAsync<ConnectionChange>("it is reported", change => change is { Connection: "mailbox", State: "unreadable" });
        Assert.Contains("A letter in your mailbox could not be opened", reported.Detail, StringComparison.Ordinal);
        await queue.PutAsync("not a letter at all"u8.ToArray());

        await using var dead = await UntilThereAsync(away, $"chat.dead.bob.{(await away.BobsKeyAsync())[..16]}", 2);
        Assert.Equal([changed, "not a letter at all"u8.ToArray()], (await dead.LookAsync()).Select(each => each.Body.ToArray()));
        Assert.Equal(0u, await queue.CountAsync());
        Assert.Empty(await away.Bob.Api.ChatsAsync());

        // The sender still has it, and brings it when both are there.
        await away.Alice.RestartAsync();
        await away.Bob.HasOnceAsync("alice", Secret);
    }

    [Fact]
    public async Task A_replayed_letter_is_refused_and_reported()
    {
        await using var away = await Away.StartAsync(broker, "alice", Secret);
        await using var queue = await away.MailboxAsync();
        var letter = Assert.Single(await queue.DrainAsync());
        await queue.PutAsync(letter);
        await away.Bob.RestartAsync();
        await away.Bob.HasOnceAsync("alice", Secret);
        await using var events = await away.Bob.WatchAsync();

        // The same letter, and the same one with a field that says nothing.
        foreach (var replay in (byte[][])[letter, [.. letter, 0x78, 1]])
        {
            await queue.PutAsync(replay);
            var refused = await events.NextAsync<ConnectionChange>("the replay is reported", change => change.Connection == "mailbox");
            Assert.Equal("A letter came into your mailbox a second time, which no sender does; it was dropped.", refused.Detail);
        }

        await away.Bob.HasOnceAsync("alice", Secret);
    }

    [Fact]
    public async Task A_letter_moved_to_another_mailbox_is_refused_and_reported()
    {
        await using var away = await Away.StartAsync(broker, "alice", Secret);
        await using var queue = await away.MailboxAsync();
        var letter = Assert.Single(await queue.DrainAsync());
        var carol = await away.System.StartProgramAsync("carol");
        await using var events = await carol.WatchAsync();
        var key = (await carol.Api.MeAsync()).Fingerprint[..16];
        await using var carols = await RawQueue.OpenAsync(away.System.Rabbit!, $"chat.mailbox.carol.{key}");

        await carols.PutAsync(letter);
        var reported = await events.NextAsync<ConnectionChange>("it is reported", change => change.Connection == "mailbox");
        Assert.Equal("unreadable", reported.State);
        Assert.Equal($"A letter in your mailbox could not be opened and is kept at RabbitMQ in chat.dead.carol.{key}.", reported.Detail);
        Assert.Empty(await carol.Api.ChatsAsync());
    }

    [Fact]
    public async Task A_letter_under_a_name_that_belongs_to_another_key_is_refused()
    {
        await using var away = await Away.StartAsync(broker, "alice", Secret);
        await away.Bob.RestartAsync();
        await away.Bob.HasOnceAsync("alice", Secret);
        await using var events = await away.Bob.WatchAsync();
        await using var queue = await away.MailboxAsync();

        using var impostor = new TestPeer("alice");
        await queue.PutAsync(impostor.SealLetter(away.AddresseeBob(), impostor.LetterTo("bob", "send money")));
        var refused = await events.NextAsync<RefusedBatch>();
        Assert.Equal(("user:alice", "A letter from alice was refused: alice is known here with another key."), (refused.In, refused.Detail));
        await away.Bob.HasOnceAsync("alice", Secret);

        // A name that nobody has claimed is no better.
        using var nobody = new TestPeer("mallory");
        await queue.PutAsync(nobody.SealLetter(away.AddresseeBob(), nobody.LetterTo("bob", "send money")));
        Assert.Equal("user:mallory", (await events.NextAsync<RefusedBatch>()).In);
        await Until.Sequence(
            "bob's chats", ["alice"], async () => (await away.Bob.Api.ChatsAsync()).Select(chat => chat.User));
    }

    [Fact]
    public async Task A_receipt_of_a_stranger_opens_no_chat()
    {
        await using var away = await Away.StartAsync(broker, "alice", Secret, ("Chat:AcceptChats", "ask"));
        await away.Bob.RestartAsync();
        await Until.Equal("bob is asked", ChatState.Asked, async () => (await away.Bob.Api.FindChatAsync("alice"))?.State);
        await using var events = await away.Bob.WatchAsync();
        await using var queue = await away.MailboxAsync();
        using var mallory = new TestPeer("mallory");
        await away.System.Redis.ExecuteAsync(
            "HSET", "chat:claim:mallory", "fingerprint", mallory.Peer.Identity.Fingerprint, "epoch", "1");

        // A receipt for nothing, then a letter; letters are taken in order.
        var receipt = mallory.LetterTo("bob", "");
        receipt.Receipt = new LetterReceipt { ReadThrough = 1 };
        await queue.PutAsync(mallory.SealLetter(away.AddresseeBob(), receipt));
        await queue.PutAsync(mallory.SealLetter(away.AddresseeBob(), mallory.LetterTo("bob", "open up")));
        var asked = await events.NextAsync<ChatChange>();
        Assert.Equal(new ChatChange("mallory", ChatState.Asked), asked);
        Assert.Empty(await away.Bob.Api.MessagesAsync("mallory"));
    }

    private static async Task<RawQueue> UntilThereAsync(Away away, string queue, uint count)
    {
        await Until.True($"{queue} exists", async () => (await away.Broker.QueuesAsync(away.System.Rabbit!)).Contains(queue));
        var opened = await RawQueue.OpenAsync(away.System.Rabbit!, queue);
        await Until.Equal($"the letters in {queue}", count, opened.CountAsync);
        return opened;
    }
}
