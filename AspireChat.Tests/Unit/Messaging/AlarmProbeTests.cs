using System.Reflection;
using AspireChat.Client.Messaging;
using AspireChat.Tests.Infrastructure;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;
using RabbitMQ.Client.Exceptions;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

/// <summary>What the probe accepts as an answer, and how long it waits for one.</summary>
public sealed class AlarmProbeTests
{
    private static readonly ShutdownEventArgs Forbidden = new(
        ShutdownInitiator.Peer, Constants.AccessRefused, "ACCESS_REFUSED - write access to exchange 'amq.default' refused");

    private readonly BrokerAlarm _alarm = new(new HastyClock());
    private readonly TaskCompletionSource _lost = new();
    private readonly FakeBroker _broker = FakeBroker.Create();
    private readonly AlarmProbe _probe;

    public AlarmProbeTests() => _probe = new AlarmProbe(_broker.Connection, _lost.Task, _alarm, new HastyClock());

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_channel_closed_because_of_the_question_is_an_answer()
    {
        var first = _probe.FirstAsync(Cancellation);
        _broker.Close(Forbidden);

        await first.DefaultTimeout();
    }

    [Theory]
    [InlineData(ShutdownInitiator.Peer, Constants.ConnectionForced, "CONNECTION_FORCED - broker forced connection closure")]
    [InlineData(ShutdownInitiator.Peer, Constants.AccessRefused, "ACCESS_REFUSED - not here")]
    [InlineData(ShutdownInitiator.Library, Constants.InternalError, "End of stream")]
    public async Task A_lost_connection_is_no_answer(ShutdownInitiator by, ushort code, string text)
    {
        var first = _probe.FirstAsync(Cancellation);
        _broker.IsOpen = false;
        _broker.Close(new ShutdownEventArgs(by, code, text));

        var e = await Assert.ThrowsAsync<OperationInterruptedException>(() => first.DefaultTimeout());
        Assert.Equal(text, e.ShutdownReason!.ReplyText);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_question_ends_with_the_connection_even_before_its_channel_is_open(bool opensNothing)
    {
        (_broker.OpensNothing, _broker.IsStuck) = (opensNothing, true);
        var first = _probe.FirstAsync(Cancellation);
        _lost.SetResult();

        await Assert.ThrowsAsync<AlreadyClosedException>(() => first.DefaultTimeout());
    }

    [Fact]
    public async Task A_stuck_question_is_abandoned_in_time()
    {
        _broker.IsStuck = true;

        var e = await Assert.ThrowsAsync<TimeoutException>(() => _probe.FirstAsync(Cancellation).DefaultTimeout());
        Assert.DoesNotContain("No end after", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_alarm_also_answers_a_stuck_question()
    {
        _broker.IsStuck = true;
        var first = _probe.FirstAsync(Cancellation);
        _alarm.Set(isOn: true);

        await first.DefaultTimeout();
    }

    [Fact]
    public async Task A_stuck_later_question_ends_with_the_connection()
    {
        var running = await RunStuckAsync();
        _alarm.Set(isOn: true);
        _lost.SetResult();

        await running.DefaultTimeout();
    }

    [Fact]
    public async Task A_stuck_later_question_is_abandoned_in_time()
    {
        var running = await RunStuckAsync();

        var e = await Assert.ThrowsAsync<TimeoutException>(() => running.DefaultTimeout());
        Assert.DoesNotContain("No end after", e.Message, StringComparison.Ordinal);
    }

    // Runs until a question is stuck.
    private async Task<Task> RunStuckAsync()
    {
        var first = _probe.FirstAsync(Cancellation);
        _alarm.Set(isOn: true);
        await first.DefaultTimeout();
        _alarm.Set(isOn: false);
        _broker.IsStuck = true;
        var running = _probe.RunAsync(Cancellation);
        await Until.True("the probe has asked again", () => _broker.Published > 1);
        return running;
    }

    // On this clock every timer fires fifty times as soon.
    private sealed class HastyClock : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            System.CreateTimer(callback, state, dueTime == Timeout.InfiniteTimeSpan ? dueTime : dueTime / 50, period);
    }

    /// <summary>A connection and its only channel, with the members that the probe uses.</summary>
    public class FakeBroker : DispatchProxy
    {
        private readonly List<AsyncEventHandler<ShutdownEventArgs>> _ends = [];
        private FakeBroker _all = null!;

        public IConnection Connection { get; private set; } = null!;

        public bool IsOpen { get; set; } = true;

        public bool IsStuck { get; set; }

        public bool OpensNothing { get; set; }

        public int Published { get; private set; }

        private IChannel Channel { get; set; } = null!;

        public static FakeBroker Create()
        {
            var connection = Create<IConnection, FakeBroker>();
            var channel = Create<IChannel, FakeBroker>();
            var all = (FakeBroker)(object)connection;
            (all._all, all.Connection, all.Channel) = (all, connection, channel);
            ((FakeBroker)(object)channel)._all = all;
            return all;
        }

        public void Close(ShutdownEventArgs why)
        {
            foreach (var end in _ends)
            {
                end(Channel, why);
            }
        }

        protected override object? Invoke(MethodInfo? targetMethod, object?[]? args) => _all.Answer(targetMethod!.Name, args!);

        private object? Answer(string call, object?[] arguments)
        {
            switch (call)
            {
                case "get_IsOpen":
                    return IsOpen;
                case nameof(IConnection.CreateChannelAsync):
                    return OpensNothing ? new TaskCompletionSource<IChannel>().Task : Task.FromResult(Channel);
                case "get_CloseReason":
                    return null;
                case nameof(IChannel.BasicPublishAsync):
                    Published++;
                    return IsStuck ? new ValueTask(new TaskCompletionSource().Task) : ValueTask.CompletedTask;
                case "add_ChannelShutdownAsync":
                    _ends.Add((AsyncEventHandler<ShutdownEventArgs>)arguments[0]!);
                    return null;
                case "add_BasicAcksAsync":
                    return null;
                default:
                    throw new NotSupportedException(call);
            }
        }
    }
}
