using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.History;

/// <summary>What a search shows, wherever the index on disk has got to.</summary>
public sealed class SearchTests : IAsyncDisposable
{
    private static readonly string BobsKey = new('b', 64);

    private readonly LocalStore _store = new();

    private MessageStore Messages => _store.Messages;

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task A_message_stored_after_the_newest_was_deleted_is_found()
    {
        var lost = await HoldAsync("lost insult");
        await IndexAsync();
        Assert.Null(await Messages.SettleHeldAsync(BobsKey, lost, isOwn: false));
        await HearAsync(Conversation.Insults, "next insult");

        Assert.Equal(["next insult"], Messages.Search(SearchWords.Parse("next")!, 10, default).Select(found => found.Message.Text));
        await IndexAsync();
        Assert.Equal(["next insult"], Messages.Search(SearchWords.Parse("next")!, 10, default).Select(found => found.Message.Text));
    }

    [Fact]
    public async Task A_message_is_found_as_soon_as_it_is_stored()
    {
        await HearAsync(Conversation.With("bob"), "word 1");
        Assert.Equal(["word 1"], Find("word"));

        await IndexAsync();
        await Messages.AppendOwnAsync(Conversation.Of("tea"), "word 2", null);
        await HearAsync(Conversation.Of("tea"), "word 3", "another");
        Assert.Equal(["word 3", "word 2", "word 1"], Find("word"));

        await IndexAsync();
        Assert.Equal(["word 3", "word 2", "word 1"], Find("word"));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task A_limit_keeps_the_newest_whatever_is_in_the_index(int batches)
    {
        await HearAsync(Conversation.With("bob"), [.. Enumerable.Range(1, 600).Select(number => $"word {number}")]);
        for (var i = 0; i < batches; i++)
        {
            Assert.True(await Messages.IndexMoreAsync());
        }

        Assert.Equal(["word 600", "word 599", "word 598"], Find("word", limit: 3));
        Assert.Equal(Enumerable.Range(1, 600).Reverse().Take(150).Select(number => $"word {number}"), Find("word", limit: 150));
    }

    [Fact]
    public async Task A_long_history_that_is_not_in_the_index_is_searched_to_its_beginning()
    {
        await HearAsync(Conversation.With("bob"), ["needle 1", .. Enumerable.Repeat("hay", 2_500), "needle 2"]);

        Assert.Equal(["needle 2", "needle 1"], Find("needle"));
        Assert.Equal(2_500, Find("hay").Count);

        await IndexAsync();
        Assert.Equal(["needle 2", "needle 1"], Find("needle"));
        Assert.Equal(2_500, Find("hay").Count);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_hit_comes_with_what_was_said_before_and_after_it_in_its_conversation(bool isIndexed)
    {
        var (bob, tea) = (Conversation.With("bob"), Conversation.Of("tea"));
        await HearAsync(bob, "first word");
        await HearAsync(tea, "elsewhere 1");
        await Messages.AppendOwnAsync(bob, "between", null);
        await HearAsync(tea, "the word there");
        await HearAsync(bob, "last word");
        await Messages.MarkReadAsync(bob);
        if (isIndexed)
        {
            await IndexAsync();
        }

        var hits = Messages.Search(SearchWords.Parse("word")!, 10, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                "between | last word in user:bob, read | ",
                "elsewhere 1 | the word there in group:tea, delivered | ",
                " | first word in user:bob, read | between",
            ],
            hits.Select(hit =>
                $"{hit.Before?.Text} | {hit.Message.Text} in {hit.Message.Conversation}, {LocalApiJson.Word(hit.Message.State)} | {hit.After?.Text}"));
        Assert.Equal(
            [.. Messages.ReadPage(bob, 10, null).Reverse(), null],
            [hits[0].Message, hits[0].Before, hits[2].Message, hits[2].Before]);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Only_insults_that_this_client_shows_are_found(bool isIndexed)
    {
        await Messages.AppendOwnAsync(Conversation.Insults, "my insult", null);
        await HearAsync(Conversation.Insults, "first insult");
        var kept = await HoldAsync("kept insult");
        var lost = await HoldAsync("lost insult");
        await HearAsync(Conversation.Insults, "last insult");
        if (isIndexed)
        {
            await IndexAsync();
        }

        // Neither as a hit nor beside one.
        Assert.Equal(["first insult | last insult | ", " | first insult | last insult"], FindInContext());

        Assert.NotNull(await Messages.SettleHeldAsync(BobsKey, kept, isOwn: true));
        Assert.Null(await Messages.SettleHeldAsync(BobsKey, lost, isOwn: false));
        string[] settled =
        [
            "kept insult | last insult | ", "first insult | kept insult | last insult", " | first insult | kept insult",
        ];
        Assert.Equal(settled, FindInContext());

        await IndexAsync();
        Assert.Equal(settled, FindInContext());
        await ExpectIndexOfWhatIsStoredAsync();
        Assert.Equal(0, CountInIndex("lost"));
        Assert.Equal(1, CountInIndex("kept"));

        IEnumerable<string> FindInContext() => Messages.Search(SearchWords.Parse("insult")!, 10, TestContext.Current.CancellationToken)
            .Select(hit => $"{hit.Before?.Text} | {hit.Message.Text} | {hit.After?.Text}");
    }

    [Fact]
    public async Task A_write_of_the_index_is_bounded_in_messages_and_bytes()
    {
        Assert.False(await Messages.IndexMoreAsync());

        await HearAsync(Conversation.With("bob"), [.. Enumerable.Repeat("short", 501)]);
        Assert.Equal([500L, 501], await MarksAsync());

        // 16 KiB each: nine begin within 128 KiB.
        await HearAsync(Conversation.With("bob"), [.. Enumerable.Repeat(new string('x', 16 * 1024), 10)]);
        Assert.Equal([509L, 511], await MarksAsync());
        await ExpectIndexOfWhatIsStoredAsync();
    }

    [Fact]
    public async Task The_index_goes_on_after_a_restart()
    {
        using var folder = new TempFolder("again");
        await using (var before = new LocalStore(path: folder.FullName))
        {
            await before.Messages.AppendOwnAsync(Conversation.With("bob"), "word 1", null);
            Assert.True(await before.Messages.IndexMoreAsync());
            await before.Messages.AppendOwnAsync(Conversation.With("bob"), "word 2", null);
        }

        await using var after = new LocalStore(path: folder.FullName);
        var words = SearchWords.Parse("word")!;
        Assert.Equal(["word 2", "word 1"], after.Messages.Search(words, 10, default).Select(hit => hit.Message.Text));
        Assert.True(await after.Messages.IndexMoreAsync());
        Assert.False(await after.Messages.IndexMoreAsync());
        Assert.Equal(["word 2", "word 1"], after.Messages.Search(words, 10, default).Select(hit => hit.Message.Text));
    }

    [Fact]
    public async Task A_search_ends_with_its_cancellation()
    {
        await HearAsync(Conversation.With("bob"), "word");
        Assert.Throws<OperationCanceledException>(() => Messages.Search(SearchWords.Parse("word")!, 10, new CancellationToken(canceled: true)));
    }

    private List<string> Find(string query, int limit = 10_000) =>
        [.. Messages.Search(SearchWords.Parse(query)!, limit, TestContext.Current.CancellationToken).Select(found => found.Message.Text)];

    private async Task IndexAsync()
    {
        while (await Messages.IndexMoreAsync())
        {
        }
    }

    private async Task<IEnumerable<long>> MarksAsync()
    {
        var marks = new List<long>();
        while (await Messages.IndexMoreAsync())
        {
            marks.Add(_store.Database.Read(connection => connection.Command("SELECT through FROM words_mark").FirstOrDefault(row => row.GetInt64(0))));
        }

        return marks;
    }

    private int CountInIndex(string word) => _store.Database.Read(connection => connection.Command(
        "SELECT count(*) FROM words WHERE words MATCH $word", ("$word", word)).FirstOrDefault(row => row.GetInt32(0)));

    // Fails if the index has other words than the messages.
    private Task<int> ExpectIndexOfWhatIsStoredAsync() => _store.Database.WriteAsync(connection =>
        connection.Command("INSERT INTO words (words, rank) VALUES ('integrity-check', 1)").Run());

    private async Task<Guid> HoldAsync(string text)
    {
        var insult = Received(text);
        await Messages.StoreReceivedAsync(Conversation.Insults, "bob", BobsKey, [insult], state: MessageState.Held);
        return insult.Id;
    }

    private Task<IReadOnlyList<ChatMessage>> HearAsync(Conversation conversation, params string[] texts) =>
        Messages.StoreReceivedAsync(conversation, "bob", BobsKey, [.. texts.Select(Received)]);

    private static ReceivedMessage Received(string text) => new(Guid.CreateVersion7(), 1, text, DateTimeOffset.UnixEpoch, default);
}
