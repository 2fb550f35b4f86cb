namespace AspireChat.Client.Messaging;

/// <summary>
/// Whether RabbitMQ accepts no publishes because it is short of memory or disk (https://www.rabbitmq.com/docs/alarms). A
/// message published just before the alarm waits in the connection until the alarm is over.
/// </summary>
internal sealed class BrokerAlarm(TimeProvider time)
{
    /// <summary>The problem, as the first half of a sentence.</summary>
    public const string Matter = "RabbitMQ is short of memory or disk and takes nothing now";

    /// <summary>Why a message waits.</summary>
    public const string Waits = $"{Matter}; this is sent as soon as it does.";

    private readonly Lock _change = new();
    private TaskCompletionSource _changed = NewSource();
    private bool _isOn;

    /// <summary>Whether the alarm is on.</summary>
    public bool IsOn => Volatile.Read(ref _isOn);

    /// <summary>Completes when the alarm next begins or ends. A waiter must read this before <see cref="IsOn"/>.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>When the alarm last began or ended.</summary>
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>Records that the alarm begins or ends.</summary>
    public void Set(bool isOn)
    {
        lock (_change)
        {
            if (_isOn == isOn)
            {
                return;
            }

            ChangedAt = time.GetUtcNow();
            Volatile.Write(ref _isOn, isOn);
            Interlocked.Exchange(ref _changed, NewSource()).SetResult();
        }
    }

    /// <summary>Refuses an operation that cannot wait for the end of the alarm.</summary>
    /// <param name="so">What cannot be done, as the second half of a sentence.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: the alarm is on.</exception>
    public void ThrowIfOn(string so)
    {
        if (IsOn)
        {
            throw new ChatException(ChatFault.Unavailable, $"{Matter}, so {so}; try again later.");
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
