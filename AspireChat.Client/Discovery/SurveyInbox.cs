using System.Diagnostics;
using System.Threading.Channels;

namespace AspireChat.Client.Discovery;

/// <summary>
/// The answers to one survey that wait to be read. Any client that can reach the broker may send some, so the size of each
/// and of all together is limited; an answer that does not fit is dropped, as the broker would drop it.
/// </summary>
internal sealed class SurveyInbox
{
    /// <summary>The largest answer: 1,000 groups need about 50 KB.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>The most bytes that may wait at a time: 8 MiB, about 20,000 typical answers.</summary>
    public const int MaxWaitingBytes = 8 * 1024 * 1024;

    // The cost of holding an answer besides its bytes, which limits empty answers too.
    private const int PerAnswer = 128;

    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>();
    private long _waiting;

    /// <summary>Adds an answer and copies its bytes.</summary>
    /// <returns>False if the answer is too large, or too many bytes are waiting.</returns>
    public bool TryAdd(ReadOnlySpan<byte> body, in ActivityContext trace)
    {
        if (body.Length > MaxAnswerBytes)
        {
            return false;
        }

        if (Interlocked.Add(ref _waiting, body.Length + PerAnswer) > MaxWaitingBytes)
        {
            Interlocked.Add(ref _waiting, -(body.Length + PerAnswer));
            return false;
        }

        return _answers.Writer.TryWrite(new Answer(body.ToArray(), trace));
    }

    /// <summary>Returns the next answer.</summary>
    public async ValueTask<Answer> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await _answers.Reader.ReadAsync(cancellationToken);
        Interlocked.Add(ref _waiting, -(answer.Body.Length + PerAnswer));
        return answer;
    }

    /// <summary>An answer as it arrived.</summary>
    /// <param name="Body">Its bytes.</param>
    /// <param name="Trace">The trace that it belongs to.</param>
    public readonly record struct Answer(byte[] Body, ActivityContext Trace);
}
