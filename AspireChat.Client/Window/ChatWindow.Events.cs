using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

internal sealed partial class ChatWindow
{
    private const string PeerPrefix = "peer:";

    /// <summary>Takes in what has happened.</summary>
    private void Take(ChatEvent happened)
    {
        switch (happened)
        {
            case MessageEvent e:
                TakeMessage(e.Message);
                break;
            case InsultEvent e:
                TakeMessage(e.Insult);
                break;
            case StateEvent e:
                if (Current is { } open && open.Conversation == e.Conversation)
                {
                    open.Change(e);
                }

                break;
            case ChatOpenedEvent e when e.State == ChatState.Asked && _shared.IsBlocked(e.User):
                _ = DeclineAsync(e.User);
                break;
            case ChatOpenedEvent e:
                lock (_change)
                {
                    Entry(Conversation.With(e.User)).State = e.State;
                }

                break;
            case PresenceEvent e when e.User != User && !_shared.IsBlocked(e.User):
                lock (_change)
                {
                    _ = e.IsOnline ? _online.Add(e.User) : _online.Remove(e.User);
                }

                break;
            case ConnectionEvent e:
                TakeConnection(e);
                break;
            case GroupEvent e:
                _ = ReadGroupsAsync();
                if (e.Detail is { } detail)
                {
                    Tell(detail, isError: e.What is "refused");
                }

                break;
            case RefusedEvent e:
                Tell(e.Detail, isError: true);
                break;
            case FoundEvent e:
                TakeAnswer(e);
                break;
        }
    }

    private void TakeMessage(ChatMessage message)
    {
        // Own insults are another client's to show.
        if (!message.IsOwn && _shared.IsBlocked(message.From) || (message.IsOwn && message.Conversation == Conversation.Insults))
        {
            return;
        }

        lock (_change)
        {
            var known = Entry(message.Conversation);
            (known.Preview, known.LastAt) = (message.Text, message.SentAt);
            known.Unread += message.IsOwn || message.Conversation == Conversation.Insults ? 0 : 1;
        }

        if (Current is { } open && open.Conversation == message.Conversation)
        {
            open.Add(message);
            Look();
        }
    }

    private void TakeConnection(ConnectionEvent e)
    {
        if (!e.Connection.StartsWith(PeerPrefix, StringComparison.Ordinal))
        {
            bool isBack;
            lock (_change)
            {
                isBack = e.State == ConnectionStates.Connected && _connections.TryGetValue(e.Connection, out var before) && before.State != e.State;
                _connections[e.Connection] = e;
            }

            if (isBack)
            {
                _ = ReadPeopleAsync();
            }

            return;
        }

        var user = e.Connection[PeerPrefix.Length..];
        if (e.State == ConnectionEvent.KeyChanged)
        {
            lock (_change)
            {
                _warnings[user] = new KeyWarning(user, e.Detail ?? "", e.Fingerprint);
            }
        }
        else if (e.Detail is { } detail)
        {
            Tell(detail, isError: true);
        }
    }
}
