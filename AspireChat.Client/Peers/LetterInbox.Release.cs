using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Messaging;
using AspireChat.Client.Wire;

namespace AspireChat.Client.Peers;

internal sealed partial class LetterInbox
{
    // Decides on held letters as soon as that is possible.
    private async Task ReleaseAsync(CancellationToken stopping)
    {
        var backoff = new Backoff(TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(3));
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var isDecided = true;
                foreach (var user in store.ListHeldChats())
                {
                    isDecided &= await ReleaseAsync(user, stopping);
                }

                if (isDecided)
                {
                    backoff.Reset();
                    await _held.WaitAsync(stopping);
                    continue;
                }
            }
            catch (Exception) when (stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                Log.NotReleased(logger, e);
            }

            await Task.Delay(backoff.Next(), time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    // Returns false if the name server must be asked again.
    private async Task<bool> ReleaseAsync(string user, CancellationToken stopping)
    {
        var arrived = new Arrived();
        try
        {
            return await DecideAsync(user, arrived, stopping);
        }
        finally
        {
            // Even if a later letter could not be looked at, since what is shown is no longer held and would not be told again.
            await TellAsync(arrived, stopping);
        }
    }

    private async Task<bool> DecideAsync(string user, Arrived arrived, CancellationToken stopping)
    {
        var isDecided = true;
        foreach (var held in store.ListHeldBatches(Conversation.With(user)))
        {
            if (store.ReadHeld(held) is not { } body)
            {
                continue;
            }

            try
            {
                var letter = Letters.Open(self, body);
                var verdict = await JudgeAsync(letter, stopping);
                if (verdict == Verdict.Show)
                {
                    await StoreAsync(letter, held);
                    arrived.Add(letter);
                }
                else if (verdict == Verdict.Drop)
                {
                    await store.DropLetterAsync(user, held);
                }
                else
                {
                    isDecided &= verdict == Verdict.HoldForUser;
                    break;
                }
            }
            catch (Exception e) when (e is BatchRefusedException || DeliveryFault.IsIn(e))
            {
                // It could be opened when it was held: the fault is this program's, or a key is missing. After three tries it is set aside.
                Log.NotReleased(logger, e);
                if (await store.CountFailedTryAsync(held) is null)
                {
                    isDecided = false;
                    break;
                }
            }
        }

        return isDecided;
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Held letters could not be looked at; trying again", EventName = "LettersNotReleased")]
        public static partial void NotReleased(ILogger logger, Exception exception);
    }
}
