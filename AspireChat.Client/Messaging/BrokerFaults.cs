using AspireChat.Client.Chat;
using RabbitMQ.Client;

namespace AspireChat.Client.Messaging;

/// <summary>
/// What the broker refuses for a reason that does not pass by itself, by what it hits: <c>insults</c>, <c>group tea</c>,
/// <c>surveys</c>. Everybody goes on trying, so each fault ends when whoever looks after the broker has mended it; it is said
/// in the log when it is known to last, and when it is over.
/// </summary>
internal sealed partial class BrokerFaults(TimeProvider time, ILogger logger)
{
    // A member that leaves while another one joins, or a permission that is being changed: over at the next try or two.
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(2);

    // A queue whose node is starting, or one that belongs to the own lost connection until the broker has missed two of its
    // heartbeats.
    private static readonly TimeSpan Long = TimeSpan.FromSeconds(30);

    private readonly Lock _change = new();
    private readonly SortedDictionary<string, Fault> _faults = new(StringComparer.Ordinal);

    /// <summary>Another sentence is true now; raised outside of any lock.</summary>
    public event Action? Changed;

    /// <summary>A sentence for each lasting fault.</summary>
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

    /// <summary>Why something is refused, as a sentence; null if it is not, or if that is not known to last.</summary>
    public string? Find(string what)
    {
        lock (_change)
        {
            return Sentence(what);
        }
    }

    /// <summary>Why something is refused to somebody, as a sentence; null if it is not refused to them, or if that is not known to last.</summary>
    /// <param name="by">Who it is: others may be refused something else of it.</param>
    /// <param name="what">What they work for.</param>
    public string? Find(object by, string what)
    {
        lock (_change)
        {
            return _faults.TryGetValue(what, out var fault) && fault.Refused.TryGetValue(by, out var refused) && refused.Lasts ? Sentence(what) : null;
        }
    }

    /// <summary>What a conversation is called here.</summary>
    public static string NameOf(Conversation conversation) =>
        conversation.Kind == ConversationKind.Group ? $"group {conversation.Name}" : conversation.ToString();

    /// <summary>A refusal as a sentence.</summary>
    public static string Sentence(string what, string reason) => $"RabbitMQ refuses {what}: {reason.TrimEnd('.')}.";

    /// <summary>Somebody was refused once more.</summary>
    /// <param name="by">Who it was: a consumer or an outbox.</param>
    /// <param name="what">What it works for.</param>
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

            // Another reason than before is no sign that it passes.
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

    /// <summary>What somebody was refused is taken now.</summary>
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

    /// <summary>Somebody does not try any more.</summary>
    public void Forget(object by, string what)
    {
        if (Remove(by, what, out _))
        {
            Changed?.Invoke();
        }
    }

    // True if there is another sentence now, or none any more: of two reasons one may have gone. It is over if that was the end
    // of a fault that had been told.
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

    // Always in the same order, so that two reasons are one sentence, whoever met which first.
    private string? Sentence(string what)
    {
        var reasons = _faults.GetValueOrDefault(what)?.Refused.Values
            .Where(refused => refused.Lasts).Select(refused => refused.Reason).Distinct().Order(StringComparer.Ordinal).ToList();
        return reasons is { Count: > 0 } ? Sentence(what, string.Join("; ", reasons)) : null;
    }

    private sealed class Fault
    {
        // Who works for it and is refused, since when, and why.
        public Dictionary<object, (DateTimeOffset Since, string Reason, bool Lasts)> Refused { get; } = new(ReferenceEqualityComparer.Instance);

        // Each reason is told once, whoever meets it.
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
