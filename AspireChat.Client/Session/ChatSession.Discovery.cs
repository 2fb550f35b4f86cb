using AspireChat.Client.Chat;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>
    /// Asks all clients who they are and which groups they are in, and gathers the answers. Each one is also told at
    /// once by a <see cref="FoundEvent"/>. Ends early when all who were listed at its start have answered; never early
    /// when nobody was listed or the name server is away.
    /// </summary>
    /// <param name="seconds">
    /// How long at most: above 0, up to <see cref="SurveyResult.MaxSeconds"/>; <see cref="SurveyResult.DefaultSeconds"/> if null.
    /// </param>
    /// <param name="cancellationToken">Ends it with nothing.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidArgument"/>: seconds out of range. <see cref="ChatFault.Unavailable"/>: RabbitMQ is away.
    /// </exception>
    public Task<SurveyResult> DiscoverAsync(double? seconds, CancellationToken cancellationToken)
    {
        var window = seconds ?? SurveyResult.DefaultSeconds;
        return window is > 0 and <= SurveyResult.MaxSeconds
            ? survey.AskAsync(TimeSpan.FromSeconds(window), cancellationToken)
            : throw new ChatException(ChatFault.InvalidArgument, $"seconds is {window}; allowed is above 0 up to {SurveyResult.MaxSeconds}.");
    }
}
