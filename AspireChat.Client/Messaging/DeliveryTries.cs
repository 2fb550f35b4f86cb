using AspireChat.Client.Faults;
using AspireChat.Client.Telemetry;

namespace AspireChat.Client.Messaging;

/// <summary>
/// Tries to handle deliveries until it succeeds: a local fault, such as a full disk, is no reason to return them to a queue, since each
/// return counts towards the queue's delivery limit, at which the broker drops them. A delivery that can never be handled is dropped and
/// counted.
/// </summary>
/// <param name="handle">Handles deliveries; may get the same ones again.</param>
/// <param name="maxBackoff">The longest wait between two tries.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">Logs faults.</param>
internal sealed partial class DeliveryTries(
    Func<IReadOnlyList<Delivery>, CancellationToken, Task> handle, TimeSpan maxBackoff, TimeProvider time, ILogger logger)
{
    // Tries of a delivery that seems to fail for a reason of its own; several, since the cause is never certain.
    private const int Tries = 3;

    /// <summary>Handles deliveries, for as long as it makes sense to try.</summary>
    /// <param name="deliveries">The deliveries, in order.</param>
    /// <param name="isOpen">Whether they may still be acknowledged.</param>
    /// <param name="round">Cancelled when they no longer can be.</param>
    public async Task HandleAsync(IReadOnlyList<Delivery> deliveries, Func<bool> isOpen, CancellationToken round)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(100), maxBackoff);
        var failed = 0;
        while (true)
        {
            try
            {
                await handle(deliveries, round);
                return;
            }
            catch (Exception e) when (DeliveryFault.IsIn(e) && isOpen() && !round.IsCancellationRequested)
            {
                if (deliveries.Count > 1)
                {
                    await HandleEachAsync(deliveries, isOpen, round);
                    return;
                }

                if (++failed == Tries)
                {
                    Log.Dropped(logger, e);
                    ChatTelemetry.CountRefused("delivery");
                    return;
                }

                await Task.Delay(backoff.Next(), time, round);
            }
            catch (Exception e) when (isOpen() && !round.IsCancellationRequested)
            {
                Log.NotHandled(logger, deliveries.Count, e.Message);
                await Task.Delay(backoff.Next(), time, round);
            }
        }
    }

    // One delivery causes the fault; the others must not be dropped with it.
    private async Task HandleEachAsync(IReadOnlyList<Delivery> deliveries, Func<bool> isOpen, CancellationToken round)
    {
        foreach (var delivery in deliveries)
        {
            await HandleAsync([delivery], isOpen, round);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Count} deliveries could not be handled ({Reason}); trying again", EventName = "NotHandled")]
        public static partial void NotHandled(ILogger logger, int count, string reason);

        [LoggerMessage(2, LogLevel.Error, "A delivery cannot be handled and is dropped", EventName = "DeliveryDropped")]
        public static partial void Dropped(ILogger logger, Exception exception);
    }
}
