using AspireChat.Client.Messaging;
using AspireChat.Tests.Infrastructure;
using RabbitMQ.Client;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

public sealed class BrokerFaultsTests
{
    private static readonly BrokerRefusal Otherwise = new(Constants.PreconditionFailed, "PRECONDITION_FAILED - declared otherwise");
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly ManualClock _clock = new();
    private readonly LogLines<BrokerFaults> _log = new();
    private readonly BrokerFaults _faults;
    private readonly object _consumer = new();
    private readonly object _outbox = new();
    private int _changes;

    public BrokerFaultsTests()
    {
        _faults = new BrokerFaults(_clock, _log);
        _faults.Changed += () => _changes++;
    }

    [Fact]
    public void A_queue_renamed_at_each_try_is_the_same_fault()
    {
        var first = BrokerRefusal.Of(Constants.AccessRefused, "ACCESS_REFUSED - configure access to queue 'amq.gen-Xa_9-b' refused");
        var second = BrokerRefusal.Of(Constants.AccessRefused, "ACCESS_REFUSED - configure access to queue 'amq.gen-7Qz1' refused");

        Assert.Equal("ACCESS_REFUSED - configure access to queue 'amq.gen-…' refused", first.Text);
        Assert.Equal(first, second);
    }

    [Fact]
    public void A_passing_fault_is_not_reported()
    {
        _faults.Refused(_consumer, "insults", Otherwise);
        _clock.Advance(Second);
        _faults.Refused(_consumer, "insults", Otherwise);
        _faults.Works(_consumer, "insults");
        _clock.Advance(60 * Second);
        _faults.Refused(_consumer, "insults", Otherwise);

        Assert.Null(_faults.Find("insults"));
        Assert.Empty(_faults.Sentences);
        Assert.Empty(_log.Texts);
        Assert.Equal(0, _changes);
    }

    [Fact]
    public void A_lasting_fault_is_reported_once_until_it_is_over_for_all()
    {
        Last(_consumer, "insults", Otherwise);
        Last(_outbox, "insults", Otherwise);
        Last(_consumer, "insults", Otherwise);
        Assert.Equal("RabbitMQ refuses insults: PRECONDITION_FAILED - declared otherwise.", _faults.Find("insults"));
        Assert.Equal(_faults.Find("insults"), Assert.Single(_faults.Sentences));
        Assert.Null(_faults.Find("group tea"));

        _faults.Works(_consumer, "insults");
        Assert.NotNull(_faults.Find("insults"));
        _faults.Works(_outbox, "insults");
        _faults.Works(_outbox, "insults");
        Assert.Null(_faults.Find("insults"));
        Assert.Equal(
            [
                "Warning: RabbitMQ refuses insults: PRECONDITION_FAILED - declared otherwise; trying again until that is mended",
                "Information: RabbitMQ takes insults again",
            ],
            _log.Texts);
        Assert.Equal(2, _changes);
    }

    [Theory]
    [InlineData(Constants.ResourceLocked, 29, 30)]
    [InlineData(Constants.NotFound, 29, 30)]
    [InlineData(Constants.AccessRefused, 1, 2)]
    [InlineData(Constants.PreconditionFailed, 1, 2)]
    public void A_fault_that_may_pass_is_not_reported_yet(ushort code, int passing, int lasting)
    {
        var refusal = new BrokerRefusal(code, "no");
        _faults.Refused(_consumer, "group tea", refusal);
        _clock.Advance(passing * Second);
        _faults.Refused(_consumer, "group tea", refusal);
        Assert.Null(_faults.Find("group tea"));
        _clock.Advance((lasting - passing) * Second);
        _faults.Refused(_consumer, "group tea", refusal);
        Assert.Equal("RabbitMQ refuses group tea: no.", _faults.Find("group tea"));
    }

    [Fact]
    public void A_caller_that_stops_trying_is_no_longer_refused()
    {
        Last(_consumer, "group tea", Otherwise);
        _faults.Forget(_consumer, "group tea");
        Assert.Empty(_faults.Sentences);
        Assert.Single(_log.Texts);
        Assert.Equal(2, _changes);
    }

    [Fact]
    public void The_sentence_changes_when_a_reason_is_added_or_removed()
    {
        var forbidden = new BrokerRefusal(Constants.AccessRefused, "ACCESS_REFUSED - not permitted");
        var said = new List<string>();
        _faults.Changed += () => said.Add(string.Join(' ', _faults.Sentences));

        // Each fault comes more than once, and the same sentence is said once.
        Last(_consumer, "insults", Otherwise);
        Last(_outbox, "insults", forbidden);
        Last(_consumer, "insults", Otherwise);
        _faults.Works(_consumer, "insults");
        Last(_consumer, "insults", Otherwise);
        _faults.Forget(_outbox, "insults");
        _faults.Works(_consumer, "insults");

        Assert.Equal(
            [
                "RabbitMQ refuses insults: PRECONDITION_FAILED - declared otherwise.",
                "RabbitMQ refuses insults: ACCESS_REFUSED - not permitted; PRECONDITION_FAILED - declared otherwise.",
                "RabbitMQ refuses insults: ACCESS_REFUSED - not permitted.",
                "RabbitMQ refuses insults: ACCESS_REFUSED - not permitted; PRECONDITION_FAILED - declared otherwise.",
                "RabbitMQ refuses insults: PRECONDITION_FAILED - declared otherwise.",
                "",
            ],
            said);
        Assert.Equal(2, _log.Texts.Count(line => line.StartsWith("Warning", StringComparison.Ordinal)));
        Assert.Single(_log.Texts, "Information: RabbitMQ takes insults again");
    }

    [Fact]
    public void A_lasting_fault_stays_when_the_broker_gives_another_reason()
    {
        var missing = new BrokerRefusal(Constants.NotFound, "NOT_FOUND - no queue");
        Last(_consumer, "insults", Otherwise);
        _faults.Refused(_consumer, "insults", missing);

        Assert.Equal("RabbitMQ refuses insults: NOT_FOUND - no queue.", _faults.Find("insults"));
        Assert.Equal(2, _changes);
    }

    private void Last(object by, string what, BrokerRefusal refusal)
    {
        _faults.Refused(by, what, refusal);
        _clock.Advance(2 * Second);
        _faults.Refused(by, what, refusal);
    }
}
