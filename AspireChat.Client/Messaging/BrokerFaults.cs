using AspireChat.Client.Chat;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// What the broker refuses for a reason that does not pass by itself, keyed by what is affected: <c>insults</c>,
/// <c>group tea</c>, <c>surveys</c>. Consumers and outboxes keep retrying, so a fault ends once the broker's operator has
/// corrected it. The log reports a fault once it is known to last, and its end.
/// </summary>
internal sealed partial class BrokerFaults(TimeProvider time, ILogger logger)
{
    // For a member that leaves while another one joins, or a permission that is being changed: over after one or two retries.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    // For a queue whose node is starting, or one that belongs to this client's lost connection until the broker has missed two
    // of its heartbeats.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly Lock _change = new();
    private readonly SortedDictionary<string, Fault> _faults = new(StringComparer.Ordinal);

    /// <summary>The sentences have changed; raised outside of any lock.</summary>
    public event Action? Changed;

    /// <summary>One sentence for each lasting fault.</summary>
    public IReadOnlyList<string> Sentences
    {
        get
        {
            lock (_change)
            {
                return [.. _faults.Keys.Select(Sentence).OfType<string>()];
            }
        }
    }

    /// <summary>Why the broker refuses something, as a sentence; null if it does not, or if the fault is not known to last.</summary>
    public string? Find(string what)
    {
        lock (_change)
        {
            return Sentence(what);
        }
    }

    /// <summary>
    /// Why the broker refuses something to one consumer or outbox, as a sentence; null if it does not, or if the fault is not
    /// known to last.
    /// </summary>
    /// <param name="by">The consumer or outbox: another one may be refused for another reason.</param>
    /// <param name="what">What is affected.</param>
    public string? Find(object by, string what)
    {
        lock (_change)
        {
            return _faults.TryGetValue(what, out var fault) && fault.Refused.TryGetValue(by, out var refused) && refused.Lasts ? Sentence(what) : null;
        }
    }

    /// <summary>How a conversation is named among what is affected.</summary>
    public static string NameOf(Conversation conversation) =>
        conversation.Kind == ConversationKind.Group ? $"group {conversation.Name}" : conversation.ToString();

    /// <summary>A refusal as a sentence.</summary>
    public static string Sentence(string what, string reason) => $"RabbitMQ refuses {what}: {reason.TrimEnd('.')}.";

    /// <summary>Records one more refusal.</summary>
    /// <param name="by">The consumer or outbox that was refused.</param>
    /// <param name="what">What is affected.</param>
    /// <param name="refusal">The broker's reason.</param>
    public void Refused(object by, string what, BrokerRefusal refusal)
    {
        bool isNew, isOther;
        lock (_change)
        {
            var told = Sentence(what);
            if (!_faults.TryGetValue(what, out var fault))
            {
                _faults[what] = fault = new Fault();
            }

            var now = time.GetUtcNow();
            var since = fault.Refused.TryGetValue(by, out var before) ? before.Since : now;

            // A changed reason is no sign that the fault passes.
            var lasts = before.Lasts || now - since >= (refusal.Code is Constants.NotFound or Constants.ResourceLocked ? Long : Short);
            fault.Refused[by] = (since, refusal.Text, lasts);
            isNew = lasts && fault.Told.Add(refusal.Text);
            isOther = Sentence(what) != told;
        }

        if (isNew)
        {
            Log.Refused(logger, what, refusal.Text);
        }

        if (isOther)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Records that the broker accepts what it refused to this consumer or outbox.</summary>
    public void Works(object by, string what)
    {
        var isOther = Remove(by, what, out var isOver);
        if (isOver)
        {
            Log.Mended(logger, what);
        }

        if (isOther)
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Records that this consumer or outbox no longer tries.</summary>
    public void Forget(object by, string what)
    {
        if (Remove(by, what, out _))
        {
            Changed?.Invoke();
        }
    }

    // Returns true if the sentence changed or is gone: one of two reasons may be over. isOver is true if this ended a fault that
    // had been logged.
    private bool Remove(object by, string what, out bool isOver)
    {
        lock (_change)
        {
            isOver = false;
            var told = Sentence(what);
            if (!_faults.TryGetValue(what, out var fault) || !fault.Refused.Remove(by))
            {
                return false;
            }

            if (fault.Refused.Count == 0)
            {
                _faults.Remove(what);
                isOver = fault.Told.Count > 0;
            }

            return Sentence(what) != told;
        }
    }

    // Sorted, so that two reasons make the same sentence in whatever order they were met.
    private string? Sentence(string what)
    {
        var reasons = _faults.GetValueOrDefault(what)?.Refused.Values
            .Where(refused => refused.Lasts).Select(refused => refused.Reason).Distinct().Order(StringComparer.Ordinal).ToList();
        return reasons is { Count: > 0 } ? Sentence(what, string.Join("; ", reasons)) : null;
    }

    private sealed class Fault
    {
        // The consumers and outboxes that are refused, since when, and why.
        public Dictionary<object, (DateTimeOffset Since, string Reason, bool Lasts)> Refused { get; } = new(ReferenceEqualityComparer.Instance);

        // Each reason is logged once, whichever consumer or outbox meets it.
        public HashSet<string> Told { get; } = [];
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "RabbitMQ refuses {What}: {Reason}; trying again until that is mended", EventName = "BrokerRefuses")]
        public static partial void Refused(ILogger logger, string what, string reason);

        [LoggerMessage(2, LogLevel.Information, "RabbitMQ takes {What} again", EventName = "BrokerRefusesNoMore")]
        public static partial void Mended(ILogger logger, string what);
    }
}
