using System.Collections.Concurrent;
using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Names;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>This client's links, one per user; each starts when first needed and runs until the client stops.</summary>
internal sealed class PeerLinks(
    PeerDialer dialer,
    ChatOpening opening,
    ChatRequests requests,
    LetterSender letters,
    UserArrivals arrivals,
    MessageStore store,
    LiveEvents events,
    IOptions<PeerOptions> options,
    TimeProvider time,
    ILogger<PeerLink> logger) : IHostedService, IDisposable
{
    private readonly ConcurrentDictionary<string, Lazy<Running>> _links = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();

    /// <summary>The link to a user; it is started if it is new.</summary>
    public PeerLink To(string user) => _links.GetOrAdd(user, _ => new Lazy<Running>(() =>
    {
        var link = new PeerLink(user, dialer, opening, requests, letters, store, events, options, time, logger);

        // The loop outlives the call that started it, so it must not inherit that call's trace.
        using var flow = ExecutionContext.SuppressFlow();
        return new Running(link, Task.Run(() => link.RunAsync(_stopping.Token)));
    })).Value.Link;

    /// <summary>Takes up the messages that an earlier process left in the outbox.</summary>
    public Task StartAsync(CancellationToken cancellationToken)
    {
        arrivals.Came += WakeIfAny;
        foreach (var user in store.ListOutboxes(ConversationKind.User))
        {
            To(user).Resume();
        }

        return Task.CompletedTask;
    }

    /// <summary>Ends all links; unacknowledged messages stay in the outbox.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        arrivals.Came -= WakeIfAny;
        await _stopping.CancelAsync();
        await Task.WhenAll(_links.Values.Select(link => link.Value.Loop)).WaitAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _stopping.Dispose();

    private void WakeIfAny(string user)
    {
        if (_links.TryGetValue(user, out var link))
        {
            link.Value.Link.Wake();
        }
    }

    private sealed record Running(PeerLink Link, Task Loop);
}
