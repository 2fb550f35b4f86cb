using System.Diagnostics;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AspireChat.Tests.Unit.History;

public sealed class SearchIndexerTests : IAsyncDisposable
{
    private readonly LocalStore _store = new();
    private readonly LogLines<SearchIndexer> _log = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task What_was_stored_before_and_after_the_start_enters_the_index()
    {
        for (var i = 0; i < 3; i++)
        {
            await SayAsync();
        }

        Assert.Equal(0, Mark());
        using var indexer = await StartAsync();
        await UntilMarkAsync(3);

        await SayAsync();
        await UntilMarkAsync(4);
        await indexer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Empty(_log.All);
    }

    [Fact]
    public async Task It_stops_at_once()
    {
        using var indexer = await StartAsync();
        await SayAsync();

        var began = Stopwatch.GetTimestamp();
        await indexer.StopAsync(TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.True(Stopwatch.GetElapsedTime(began) < TimeSpan.FromSeconds(5));
        Assert.True(indexer.ExecuteTask is { IsCompletedSuccessfully: true });
    }

    [Fact]
    public async Task A_fault_is_told_once_and_outlived()
    {
        await RunAsync("ALTER TABLE words_mark RENAME TO away");
        using var indexer = await StartAsync();
        await SayAsync();
        await Until.True("the fault is told", () => !_log.All.IsEmpty);
        await RunAsync("ALTER TABLE away RENAME TO words_mark");
        await UntilMarkAsync(1);
        await Until.True("the end of the fault is told", () => _log.All.Count > 1);

        await SayAsync();
        await UntilMarkAsync(2);
        await indexer.StopAsync(TestContext.Current.CancellationToken);
        Assert.Equal([(LogLevel.Warning, "SearchIndexBehind"), (LogLevel.Information, "SearchIndexMended")], _log.All.Select(line => (line.Level, line.Event)));
    }

    private async Task<SearchIndexer> StartAsync()
    {
        var indexer = new SearchIndexer(_store.Messages, TimeProvider.System, _log);
        await indexer.StartAsync(TestContext.Current.CancellationToken);
        return indexer;
    }

    private Task<ChatMessage> SayAsync() => _store.Messages.AppendOwnAsync(Conversation.With("bob"), "hello", null);

    private Task<int> RunAsync(string sql) => _store.Database.WriteAsync(connection => connection.Command(sql).Run());

    private Task UntilMarkAsync(long mark) => Until.Equal("the index's mark", mark, () => Task.FromResult(Mark()));

    private long Mark() => _store.Database.Read(connection =>
        connection.Command("SELECT through FROM words_mark").FirstOrDefault(row => row.GetInt64(0)));
}
