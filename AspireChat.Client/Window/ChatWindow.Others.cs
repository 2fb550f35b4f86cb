using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    /// <summary>Accepts a chat that another user asked for.</summary>
    public Task<bool> AcceptAsync(string user) => ActAsync(_ => _session.AcceptChatAsync(user));

    /// <summary>Declines a chat that another user asked for.</summary>
    public Task<bool> DeclineAsync(string user) => ActAsync(async _ =>
    {
        var declined = await _session.DeclineChatAsync(user);
        Say($"The chat with {declined.User} was declined.");
    });

    /// <summary>Accepts another key for a user, after its fingerprint was compared with that person by other means.</summary>
    public Task<bool> TrustAsync(string user, string fingerprint) => ActAsync(async _ =>
    {
        await _session.TrustAsync(user, fingerprint);
        var name = ChatName.Parse(user);
        _warnings.Remove(name);
        Say($"The key {fingerprint} is now trusted as {name}'s.");
    });

    /// <summary>Blocks a user, see <see cref="SharedWindowState.Block"/>.</summary>
    public Task<bool> BlockAsync(string user) => ActAsync(_ =>
    {
        var name = ChatName.Parse(user);
        if (name == User)
        {
            throw new ChatException(ChatFault.InvalidArgument, "That is your own name; you can block others.");
        }

        _shared.Block(name);
        Say($"{name} is blocked: you do not see what {name} writes.");
        return Task.CompletedTask;
    });

    /// <summary>Ends the blocking of a user.</summary>
    public Task<bool> UnblockAsync(string user) => ActAsync(_ =>
    {
        _shared.Unblock(user);
        Say($"{ChatName.Parse(user)} is not blocked any more.");
        return Task.CompletedTask;
    });

    /// <summary>Whether a user is blocked.</summary>
    public bool IsBlocked(string user) => _shared.IsBlocked(user);

    /// <summary>Asks all clients who they are; <see cref="Survey"/> shows the answers as they come. Only one survey at a time.</summary>
    public Task<bool> DiscoverAsync() => ActAsync(async end =>
    {
        if (!_survey.TryStart())
        {
            return;
        }

        SurveyResult? result = null;
        try
        {
            _signal.Ring();
            var asking = _session.DiscoverAsync(seconds: null, end);
            while (await Task.WhenAny(asking, Task.Delay(Tick, _time, end)) != asking)
            {
                _signal.Ring();
            }

            result = await asking;
        }
        finally
        {
            _survey.End(result);
            _signal.Ring();
        }
    });

    /// <summary>Sends an insult to whom it may concern.</summary>
    /// <param name="text">The insult; a stock one if null.</param>
    /// <param name="id">Its id; one is made if null.</param>
    public Task<bool> InsultAsync(string? text, Guid? id = null) => ActAsync(_ => SendInsultAsync(text, id));

    /// <summary>Searches the history; what blocked users wrote is left out.</summary>
    /// <returns>What was found, the newest first; null if the search was refused.</returns>
    public async Task<IReadOnlyList<FoundMessage>?> SearchAsync(string words)
    {
        List<FoundMessage>? found = null;
        await ActAsync(async end => found = await Task.Run(
            () => _session.Search(words, limit: 50, end).Where(hit => hit.Message.IsOwn || !IsBlocked(hit.Message.From)).ToList(), end));
        return found;
    }

    /// <summary>This user's name, address, fingerprint and connections; null if that could not be found out.</summary>
    public async Task<Me?> DescribeAsync()
    {
        Me? me = null;
        await ActAsync(async end => me = await _session.DescribeAsync(end));
        return me;
    }

    /// <summary>Says who this user is.</summary>
    internal async Task<bool> SayMeAsync()
    {
        if (await DescribeAsync() is not { } me)
        {
            return false;
        }

        Say($"You are {me.Name} at {me.Address}; your fingerprint is {me.Fingerprint}.");
        return true;
    }

    // Whether it was done, and not refused.
    private async Task<bool> ActAsync(Func<CancellationToken, Task> act)
    {
        try
        {
            await act(_end.Token);
            return true;
        }
        catch (ChatException e)
        {
            Say(e.Message, isError: true);
        }
        catch (Exception) when (_isDisposed != 0)
        {
            // The window has closed, and nobody waits for the outcome.
        }
        catch (Exception e)
        {
            Log.ActFailed(_logger, e);
            Say("That did not work because of a fault in this client; its log says more.", isError: true);
        }

        return false;
    }
}
