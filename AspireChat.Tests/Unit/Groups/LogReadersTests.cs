using AspireChat.Client.Groups;
using AspireChat.Client.Groups.Logs;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Groups;

/// <summary>Which logs of a group are read when Redis has lost the group more often than anybody expects.</summary>
public sealed class LogReadersTests : IAsyncDisposable
{
    private readonly LocalStore _store = new();
    private readonly HashSet<string> _read = [];

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task The_current_log_is_always_read_and_a_long_list_costs_no_more()
    {
        string[] made = [.. Enumerable.Range(0, Generation.MaxKnown + 4).Select(_ => Generation.New())];
        var (earlier, later) = (made[..Generation.MaxKnown], made[Generation.MaxKnown..]);

        // The current one comes first in every list.
        var generations = new RoomGenerations(
            "chess", [.. earlier.Reverse()], membership: null!, _store.Messages, Options.Create(new GroupOptions()));
        var readers = new LogReaders(generations, generation => new Reader(generation, _read));
        using var stopping = new CancellationTokenSource();
        var run = readers.RunAsync(stopping.Token);
        await readers.Reading.WaitAsync(Until.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(earlier.Order(), Read());

        foreach (var current in later)
        {
            await generations.EnterAsync([current]);
            await Until.True("the new log is read", () => Task.FromResult(Read().Contains(current)));
            Assert.Equal(Generation.MaxKnown, Read().Count);
        }

        await stopping.CancelAsync();
        await run;
        Assert.Empty(Read());
    }

    private List<string> Read()
    {
        lock (_read)
        {
            return [.. _read.Order()];
        }
    }

    private sealed class Reader(string generation, HashSet<string> read) : ILogReader
    {
        public Task Reading => Task.CompletedTask;

        public string? Refusal => null;

        public async Task RunAsync(CancellationToken stopping)
        {
            lock (read)
            {
                read.Add(generation);
            }

            await Task.Delay(Timeout.Infinite, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            lock (read)
            {
                read.Remove(generation);
            }
        }
    }
}
