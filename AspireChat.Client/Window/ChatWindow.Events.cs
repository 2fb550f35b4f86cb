using AspireChat.Client.Chat;
using AspireChat.Client.Faults;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private const string PeerPrefix = "peer:";

    private async Task WatchAsync(CancellationToken end)
    {
        var backoff = new Backoff(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(30));
        try
        {
            while (true)
            {
                if (TryWatch(end) is not { } events)
                {
                    await Task.Delay(backoff.Next(), _time, end);
                    continue;
                }

                backoff.Reset();
                await ReloadAsync(end);
                await ShowAsync(events);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The window closes.
        }
    }

    private LiveEvents.Watcher? TryWatch(CancellationToken end)
    {
        try
        {
            return _session.Watch(end);
        }
        catch (ChatException e)
        {
            Say(e.Message, isError: true);
            return null;
        }
    }

    // Must not throw: only an enumeration that has begun gives a watcher's place back.
    private async Task ReloadAsync(CancellationToken end)
    {
        try
        {
            var me = await _session.DescribeAsync(end);
            foreach (var (connection, state) in me.Connections)
            {
                _around.SetConnection(connection, new ConnectionState(state, me.Details?.GetValueOrDefault(connection)));
            }

            _watched?.Refresh();
        }
        catch (Exception e)
        {
            if (!end.IsCancellationRequested)
            {
                Log.NotRead(_logger, e);
            }
        }

        Volatile.Write(ref _everything, true);
        _toRead.Ring();
        _toAsk.Ring();
        _signal.Ring();
    }

    private async Task ShowAsync(IAsyncEnumerable<ChatEvent> events)
    {
        try
        {
            await foreach (var happened in events)
            {
                try
                {
                    Show(happened);
                }
                catch (Exception e) when (e is not OperationCanceledException)
                {
                    // One event that cannot be shown must not keep the others from being shown.
                    Log.NotShown(_logger, happened.GetType().Name, e);
                }
            }
        }
        catch (ChatException e)
        {
            // Everything is read again.
            Log.Behind(_logger, e.Message);
        }
    }

    private void Show(ChatEvent happened)
    {
        switch (happened)
        {
            case MessageEvent { Message: var message } when message.Conversation != Conversation.Insults:
                if (_watched is { } shown && shown.Conversation == message.Conversation)
                {
                    shown.Count(message);
                }

                Touch(message.Conversation);
                if (message.Conversation == Current?.Conversation
                    && message.Conversation.Kind == ConversationKind.Group
                    && !_lists.Present(message.Conversation.Name).Any(member => member.Name == message.From))
                {
                    // No event tells who enters a room.
                    _toAsk.Ring();
                }

                Announce(message);
                break;
            case InsultEvent { Insult: var insult } when !_shared.IsBlocked(insult.From):
                _lists.CountInsult(isRead: false);
                Touch(Conversation.Insults);
                Announce(insult);
                break;
            case StateEvent state:
                Show(state);
                break;
            case FoundEvent found when _survey.Add(found):
                _signal.Ring();
                break;
            case PresenceEvent presence:
                _around.SetOnline(presence.User, presence.IsOnline);
                _toAsk.Ring();
                _signal.Ring();
                break;
            case ConnectionEvent connection:
                Show(connection);
                break;
            case GroupEvent group:
                Show(group);
                break;
            case RefusedEvent refused when !IsOfBlocked(refused.Conversation) && _told.TryTell(refused.Detail):
                Say(refused.Detail, isError: true);
                break;
            case ChatOpenedEvent opened:
                Show(opened);
                break;
        }
    }

    private void Show(StateEvent state)
    {
        if (_watched is { } shown && shown.Conversation == state.Conversation)
        {
            if (shown.Change(state))
            {
                _signal.Ring();
            }
        }
        else if (state.State == MessageState.Failed && state.From == User)
        {
            Say($"A message to {state.Conversation.Name} was not delivered: {state.Reason}", isError: true);
        }
    }

    private void Show(ConnectionEvent connection)
    {
        if (WindowSentences.IsServer(connection.Connection) || WindowSentences.IsProgress(connection.Connection, connection.State))
        {
            _around.SetConnection(connection.Connection, new ConnectionState(connection.State, connection.Detail));
            _toAsk.Ring();
        }
        else if (connection.State == ConnectionEvent.KeyChanged && connection.Connection.StartsWith(PeerPrefix, StringComparison.Ordinal))
        {
            _warnings.Add(connection.Connection[PeerPrefix.Length..], connection.Detail ?? connection.State, connection.Keys);
        }
        else if (connection.Detail is { } detail && _told.TryTell(detail))
        {
            Say(detail, isError: true);
        }

        _signal.Ring();
    }

    private void Show(GroupEvent group)
    {
        if (group.What is "left" or "given-up")
        {
            _lists.ChangeGroup(group.Group, left => left with { IsJoined = false });
        }

        // The conversation itself shows a gap.
        if (group is { What: not "gap", Detail: { } detail } && _told.TryTell(detail))
        {
            Say($"{group.Group}: {detail}", isError: true);
        }

        _toAsk.Ring();
        _signal.Ring();
    }

    private bool IsOfBlocked(Conversation conversation) => conversation.Kind == ConversationKind.User && IsBlocked(conversation.Name);

    private void Show(ChatOpenedEvent opened)
    {
        Touch(Conversation.With(opened.User));
        if (opened.State == ChatState.Asked && !_shared.IsBlocked(opened.User))
        {
            Say($"{opened.User} asks for a chat; accept or decline it.");
        }
    }
}
