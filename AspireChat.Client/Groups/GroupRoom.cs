using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Messaging;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Groups;

/// <summary>One group that this client is in: its queue is consumed, and what the own user says is published.</summary>
internal sealed class GroupRoom(
    string group,
    GroupMode mode,
    RoomGenerations generations,
    SpokenSeq spoken,
    BatchReceiver receiver,
    MessageStore store,
    LiveEvents events) : IDisposable
{
    // What was just said should still leave; what cannot leave in this time waits in the outbox for the next entry.
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _leaving = new();
    private readonly Conversation _conversation = Conversation.Of(group);
    private BrokerOutbox? _outbox;
    private Task _running = Task.CompletedTask;

    /// <summary>What the group promises.</summary>
    public GroupMode Mode { get; } = mode;

    /// <summary>For which creations of the group a batch may be signed.</summary>
    public RoomGenerations Generations { get; } = generations;

    /// <summary>How far the own user has spoken.</summary>
    public SpokenSeq Spoken { get; } = spoken;

    /// <summary>Starts consuming and publishing.</summary>
    public void Enter(BrokerConsumer consumer, BrokerOutbox outbox)
    {
        _outbox = outbox;

        // The loops outlive the call that started them, so they must not inherit that call's trace.
        using var flow = ExecutionContext.SuppressFlow();
        _running = Task.WhenAll(
            Task.Run(() => consumer.RunAsync(_leaving.Token)),
            Task.Run(() => outbox.RunAsync(_leaving.Token)),
            Task.Run(() => Spoken.RunAsync(_leaving.Token)));
    }

    /// <summary>There is something in the outbox.</summary>
    public void Wake() => _outbox?.Wake();

    /// <summary>Stops consuming and publishing; what is not confirmed stays in the outbox.</summary>
    public async Task LeaveAsync()
    {
        if (_outbox is not null)
        {
            await _outbox.DrainAsync(LastWords);
        }

        await _leaving.CancelAsync();

        // Bounded: a broker that hangs must not hold up the leaving; the loops end when it does.
        await _running.WaitAsync(LastWords + LastWords).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Dispose();
    }

    /// <inheritdoc/>
    public void Dispose() => _leaving.Dispose();

    /// <summary>Keeps what came; returns after the commit, so that it may be acknowledged.</summary>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, CancellationToken stopping)
    {
        // One commit for all that were waiting: the store shares it.
        var commits = new List<Task<StoredBatch>>(deliveries.Count);
        foreach (var delivery in deliveries)
        {
            if (await receiver.OpenAsync(delivery, _conversation, stopping) is not { } batch)
            {
                continue;
            }

            if (await Generations.AcceptsAsync(batch.Generation, stopping))
            {
                commits.Add(StoreAsync(batch));
            }
            else
            {
                receiver.Refuse(_conversation, $"{batch.From} signed it for another group of this name");
            }
        }

        // Told in the order in which it came, not in which the tasks end.
        foreach (var commit in commits)
        {
            Tell(await commit);
        }
    }

    private async Task<StoredBatch> StoreAsync(OpenedBatch batch)
    {
        var spans = BatchReceiver.StartSpans(batch, _conversation);
        var fresh = await store.StoreReceivedAsync(
            _conversation, batch.From, batch.Fingerprint, batch.Messages, tellGaps: Mode == GroupMode.Durable);
        foreach (var span in spans)
        {
            span.Dispose();
        }

        ChatTelemetry.CountReceived(_conversation, fresh.Count, batch.Messages.Count - fresh.Count);
        return new StoredBatch(batch.From, fresh);
    }

    private void Tell(StoredBatch batch)
    {
        foreach (var message in batch.Fresh)
        {
            if (message.Missing > 0)
            {
                events.Publish(new GroupEvent(group, "gap", $"{message.Missing} messages of {batch.From} are missing before this point."));
            }

            events.Publish(new MessageEvent(message));
        }
    }

    // What a batch brought that was not here before.
    private readonly record struct StoredBatch(string From, IReadOnlyList<ChatMessage> Fresh);
}
