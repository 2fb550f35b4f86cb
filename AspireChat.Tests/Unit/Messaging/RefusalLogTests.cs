using AspireChat.Client.Chat;
using AspireChat.Client.Messaging;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

public sealed class RefusalLogTests
{
    [Fact]
    public void Each_minute_logs_one_line_and_counts_every_refusal()
    {
        var clock = new ManualClock();
        var lines = new LogLines<RefusalLog>();
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
            lines.All.Select(line => line.Text));
    }
}
