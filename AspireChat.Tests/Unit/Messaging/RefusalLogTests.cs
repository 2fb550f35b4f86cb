using AspireChat.Client.Chat;
using AspireChat.Client.Messaging;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

public sealed class RefusalLogTests
{
    [Fact]
    public void Each_minute_logs_one_line_and_counts_every_refusal()
    {
        var clock = new ManualClock();
        var lines = new Lines();
        var log = new RefusalLog(clock, lines);
        for (var i = 0; i < 1000; i++)
        {
            log.Count(Conversation.Of("chess"), "one");
        }

        clock.Advance(TimeSpan.FromMinutes(1));
        log.Count(Conversation.Of("go"), "two");
        Assert.Equal(
            [
                "Batches that break a rule: 1 refused, the last one in group:chess: one",
                "Batches that break a rule: 1000 refused, the last one in group:go: two",
            ],
            lines.Written);
    }

    private sealed class Lines : ILogger<RefusalLog>
    {
        public List<string> Written { get; } = [];

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            Written.Add(formatter(state, exception));
    }
}
