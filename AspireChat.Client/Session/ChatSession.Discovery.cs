using AspireChat.Client.Chat;

namespace AspireChat.Client.Session;

internal sealed partial class ChatSession
{
    /// <summary>
    /// Asks all clients who they are and which groups they are in, and gathers the answers. A <see cref="FoundEvent"/> also
    /// reports each one at once. The survey ends early when all users listed at its start have answered, but not if none was
    /// listed or the name server is away.
    /// </summary>
    /// <param name="seconds">
    /// The longest time: above 0, up to <see cref="SurveyResult.MaxSeconds"/>; <see cref="SurveyResult.DefaultSeconds"/> if null.
    /// </param>
    /// <param name="cancellationToken">Ends the survey without a result.</param>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidArgument"/>: seconds out of range. <see cref="ChatFault.Unavailable"/>: RabbitMQ is away.
    /// </exception>
    public Task<SurveyResult> DiscoverAsync(double? seconds, CancellationToken cancellationToken)
    {
        var window = seconds ?? SurveyResult.DefaultSeconds;
        return window is > 0 and <= SurveyResult.MaxSeconds
            ? survey.AskAsync(TimeSpan.FromSeconds(window), cancellationToken)
            : throw new ChatException(
                ChatFault.InvalidArgument, $"seconds is {window}; it must be above 0 and at most {SurveyResult.MaxSeconds}.");
    }
}
