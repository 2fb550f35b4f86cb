namespace AspireChat.Client.Window;

/// <summary>What a window asks its front end to show.</summary>
internal enum WindowQuestion
{
    /// <summary>A survey.</summary>
    Discovery,

    /// <summary>The search, with words to begin with.</summary>
    Search,

    /// <summary>Commands and shortcuts.</summary>
    Help,

    /// <summary>Whether to leave the chat.</summary>
    Exit,
}

internal sealed partial class ChatWindow
{
    /// <summary>A typed command asks for something that the front end shows in its own way.</summary>
    public event Action<WindowQuestion, string>? Asked;

    /// <summary>Does what a typed line says: a command after a slash, or a text for the shown conversation.</summary>
    public Task RunAsync(string line) => TryAsync(async () =>
    {
        var (command, arguments, text) = WindowCommands.Parse(line);
        if (command is null)
        {
            await SendAsync(text);
            return;
        }

        if (Current is { } open)
        {
            open.Draft = "";
        }

        await command.Run(this, arguments);
    });

    /// <summary>What a begun line can become.</summary>
    public IReadOnlyList<Completion> Complete(string line)
    {
        lock (_change)
        {
            var users = _online.Union(_known.Keys.Where(known => known.Kind == Chat.ConversationKind.User).Select(known => known.Name));
            var groups = _known.Keys.Where(known => known.Kind == Chat.ConversationKind.Group).Select(known => known.Name);
            return WindowCommands.Complete(line, [.. users], [.. groups]);
        }
    }

    /// <summary>Asks the front end to show something.</summary>
    public Task AskAsync(WindowQuestion question, string words = "")
    {
        Asked?.Invoke(question, words);
        return Task.CompletedTask;
    }
}
