using System.Diagnostics;
using System.Threading.Channels;

namespace AspireChat.Client.Discovery;

/// <summary>
/// Answers to one survey that wait to be looked at. Everybody who can reach the broker may send some, so each is bounded,
/// and all of them together; what does not fit is dropped, as the broker would drop it.
/// </summary>
internal sealed class SurveyInbox
{
    /// <summary>The largest answer: 1,000 groups take some 50 KB.</summary>
    public const int MaxAnswerBytes = 64 * 1024;

    /// <summary>The most that waits at a time, in bytes: 8 MiB, some 20,000 answers of people.</summary>
    public const int MaxWaitingBytes = 8 * 1024 * 1024;

    // What holding one costs besides its bytes; so empty ones are bounded as well.
    private const int PerAnswer = 128;

    private readonly Channel<Answer> _answers = Channel.CreateUnbounded<Answer>();
    private long _waiting;

    /// <summary>Takes an answer in; its bytes are copied.</summary>
    /// <returns>False if it is too large, or too much waits already.</returns>
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

    /// <summary>The next answer.</summary>
    public async ValueTask<Answer> ReadAsync(CancellationToken cancellationToken)
    {
        var answer = await _answers.Reader.ReadAsync(cancellationToken);
        Interlocked.Add(ref _waiting, -(answer.Body.Length + PerAnswer));
        return answer;
    }

    /// <summary>An answer as it came.</summary>
    /// <param name="Body">Its bytes.</param>
    /// <param name="Trace">The trace that it belongs to.</param>
    public readonly record struct Answer(byte[] Body, ActivityContext Trace);
}
