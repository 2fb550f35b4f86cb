namespace AspireChat.Client.Messaging;

/// <summary>
/// Whether RabbitMQ takes no publishes because it is short of memory or disk (https://www.rabbitmq.com/docs/alarms). What
/// was published just before waits in the connection, and is taken when the alarm is over.
/// </summary>
internal sealed class BrokerAlarm(TimeProvider time)
{
    /// <summary>What is the matter, as the first half of a sentence.</summary>
    public const string Matter = "RabbitMQ is short of memory or disk and takes nothing now";

    /// <summary>Why a message waits.</summary>
    public const string Waits = $"{Matter}; this is sent as soon as it does.";

    private readonly Lock _change = new();
    private TaskCompletionSource _changed = NewSource();
    private bool _isOn;

    /// <summary>Whether it is on.</summary>
    public bool IsOn => Volatile.Read(ref _isOn);

    /// <summary>Complete at its next beginning or end. Whoever waits for one of them takes this before looking at <see cref="IsOn"/>.</summary>
    public Task Changed => Volatile.Read(ref _changed).Task;

    /// <summary>When it began or ended last.</summary>
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>It begins or ends.</summary>
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

    /// <summary>Refuses what cannot wait.</summary>
    /// <param name="so">What cannot be done, as the second half of a sentence.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: it is on.</exception>
    public void ThrowIfOn(string so)
    {
        if (IsOn)
        {
            throw new ChatException(ChatFault.Unavailable, $"{Matter}, so {so}; try again later.");
        }
    }

    private static TaskCompletionSource NewSource() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
