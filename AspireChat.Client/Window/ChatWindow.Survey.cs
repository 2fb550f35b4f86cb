using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private DateTimeOffset _surveyEnds;

    /// <summary>The survey of this window: running, or the last one; null before the first.</summary>
    public Survey? Survey
    {
        get => field is { Ended: null } running
            ? running with { SecondsLeft = Math.Max(0, (_surveyEnds - _time.GetUtcNow()).TotalSeconds) }
            : field;
        private set;
    }

    /// <summary>Asks all clients who they are; answers are shown as they arrive.</summary>
    public Task DiscoverAsync() => TryAsync(async () =>
    {
        _surveyEnds = _time.GetUtcNow() + TimeSpan.FromSeconds(SurveyResult.DefaultSeconds);
        Survey = new Survey([], [], SurveyResult.DefaultSeconds, Ended: null);
        Touch();
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_closing.Token);
        var counting = CountAsync(over.Token);
        try
        {
            var found = await _session.DiscoverAsync(SurveyResult.DefaultSeconds, _closing.Token);
            Survey = new Survey(found.Users, found.Groups, 0, found.Ended);
        }
        catch
        {
            Survey = null;
            throw;
        }
        finally
        {
            await over.CancelAsync();
            await counting.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    });

    // A survey of another window finds the same people.
    private void TakeAnswer(FoundEvent found)
    {
        lock (_change)
        {
            if (Survey is not { Ended: null } running)
            {
                return;
            }

            Survey = running with
            {
                Users = found.User is { } user ? [.. running.Users.Where(known => known.Name != user.Name), user] : running.Users,
                Groups = found.Group is { } group ? [.. running.Groups.Where(known => known.Name != group.Name), group] : running.Groups,
            };
        }
    }

    private async Task CountAsync(CancellationToken over)
    {
        using var seconds = new PeriodicTimer(Second, _time);
        while (await seconds.WaitForNextTickAsync(over))
        {
            Touch();
        }
    }
}
