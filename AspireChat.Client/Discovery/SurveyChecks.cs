using System.Diagnostics;
using System.Threading.Channels;
using AspireChat.Client.Identity;
using AspireChat.Client.Names;

namespace AspireChat.Client.Discovery;

/// <summary>
/// Checks the answers to one survey while more arrive: many wait for the name server or for the disk at a time, which serves
/// them together. They leave in the order of their arrival, so that a user's first answer counts.
/// </summary>
internal sealed class SurveyChecks(SurveyInbox inbox, NameTrust trust, LocalPeer self, string correlation)
{
    // How many answers may be between the inbox and their verdict.
    private const int AtOnce = 64;

    // One processor is left to everything else however many false answers arrive, to however many surveys.
    private static readonly TaskFactory Checks = new(
        new ConcurrentExclusiveSchedulerPair(TaskScheduler.Default, Math.Max(1, Environment.ProcessorCount - 1)).ConcurrentScheduler);

    private readonly Channel<Task<CheckedAnswer?>> _running = Channel.CreateBounded<Task<CheckedAnswer?>>(
        new BoundedChannelOptions(AtOnce) { SingleReader = true, SingleWriter = true });

    /// <summary>Checks what arrives until it is cancelled.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        while (await _running.Writer.WaitToWriteAsync(end))
        {
            var answer = await inbox.ReadAsync(end);
            _running.Writer.TryWrite(Checks.StartNew(() => CheckAsync(answer, end), end).Unwrap());
        }
    }

    /// <summary>Returns the next answer that may count.</summary>
    /// <param name="end">Ends the waiting; answers whose checks are done by then are still returned.</param>
    public async Task<CheckedAnswer> NextAsync(CancellationToken end)
    {
        while (true)
        {
            if (!_running.Reader.TryRead(out var check))
            {
                await _running.Reader.WaitToReadAsync(end);
                continue;
            }

            await ((Task)check).WaitAsync(end).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (check is { IsCompleted: true, IsCanceled: false } && await check is { } answer)
            {
                return answer;
            }
        }
    }

    // Returns null for an answer that does not count.
    private async Task<CheckedAnswer?> CheckAsync(SurveyInbox.Answer arrived, CancellationToken end) =>
        SurveyAnswers.Open(arrived.Body, correlation) is { } answer
            && answer.User.Name != self.Name
            && await trust.CheckAsync(answer.User.Name, answer.Fingerprint, epoch: null, end) == NameVerdict.Trusted
            ? new CheckedAnswer(answer, arrived.Trace)
            : null;
}

/// <summary>An answer whose key may speak for its name.</summary>
/// <param name="Answer">The answer.</param>
/// <param name="Trace">The trace that it belongs to.</param>
internal sealed record CheckedAnswer(OpenedAnswer Answer, ActivityContext Trace);
