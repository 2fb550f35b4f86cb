using AspireChat.Client.Groups.Logs;
using AspireChat.Client.History;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AspireChat.Tests.Unit.Groups;

/// <summary>Where a reader stands in a log, when handling its entries fails.</summary>
public sealed class LogCursorTests : IAsyncDisposable
{
    private static readonly byte[] Body = [1, 2, 3];

    private readonly LocalStore _store = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Entries_that_are_handled_one_by_one_after_a_fault_keep_their_steps()
    {
        var cursor = await SettledAsync();
        var together = Steps(cursor, "1", "2", "3");

        // Handling all at once has failed; each is tried again, and forgotten when it is handled.
        foreach (var at in (string[])["1", "2", "3"])
        {
            var alone = cursor.Next(at, Body);
            Assert.Contains(alone, together);
            await _store.Messages.StepAsync(alone);
            cursor.Handled(at);
        }

        Assert.Equal(LogPosition.Of("3", Body).ToString(), _store.Messages.PositionIn("tea", "one"));
        Assert.Equal(_store.Messages.PositionIn("tea", "one"), cursor.Next("4", Body).From);
    }

    [Fact]
    public async Task After_a_fault_it_stands_where_the_store_says()
    {
        var cursor = await SettledAsync();
        await _store.Messages.StepAsync(Steps(cursor, "1", "2", "3")[0]);
        cursor.Load();
        Assert.Equal(LogPosition.Of("1", Body), cursor.Position);
        Assert.Equal(LogPosition.Of("1", Body).ToString(), cursor.Next("2", Body).From);
    }

    [Fact]
    public async Task A_log_that_is_another_one_is_read_and_counted_from_its_beginning()
    {
        var cursor = await SettledAsync();
        Assert.True(await _store.Messages.CountUnvouchedAsync("tea", 5, cursor.Next("1", Body)));
        await cursor.RestartAsync();
        cursor.Load();
        Assert.Null(cursor.Position);
        Assert.True(cursor.IsSettled);
        Assert.Equal(0, _store.Messages.CountUnvouched("tea"));
        Assert.True(await _store.Messages.CountUnvouchedAsync("tea", 2, cursor.Next("1", Body)));
    }

    [Fact]
    public void A_position_is_read_as_it_was_written()
    {
        var position = LogPosition.Of("1700000000000-5", Body);
        Assert.Equal("1700000000000-5 039058c6f2c0cb49", position.ToString());
        Assert.Equal(position, LogPosition.Parse(position.ToString()));
        Assert.Null(LogPosition.Parse(""));
        Assert.Null(LogPosition.Parse(null));
    }

    private async Task<LogCursor> SettledAsync()
    {
        await _store.Messages.SubscribeAsync("tea", GroupMode.Stream, ["one"], new Dictionary<string, long>());
        var cursor = new LogCursor("tea", "one", _store.Messages, new LogNotices(new(), NullLogger<LogNotices>.Instance));
        cursor.Load();
        Assert.False(cursor.IsSettled);
        await cursor.SettleAsync(behind: null);
        Assert.True(cursor.IsSettled);
        cursor.Load();
        return cursor;
    }

    private static List<LogStep> Steps(LogCursor cursor, params string[] ats) => [.. ats.Select(at => cursor.Next(at, Body))];
}
