using System.Text.Json;
using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Window;

/// <summary>
/// What this user has begun or chosen in its windows: drafts, muted conversations and blocked users. It is shared by all
/// windows, and kept in the data directory over a restart.
/// </summary>
internal sealed partial class SharedWindowState
{
    // The longest text that can be sent, and more conversations than a user writes to at a time.
    private const int MaxDrafts = 200;

    private readonly Lock _change = new();
    private readonly ILogger<SharedWindowState> _logger;
    private readonly string _file;
    private readonly Kept _kept;

    public SharedWindowState(ChatSession session, ILogger<SharedWindowState> logger)
    {
        _logger = logger;
        _file = session.LocalFile("window.json");
        _kept = Read();
    }

    /// <summary>Something was chosen in another window.</summary>
    public event Action? Changed;

    /// <summary>The text that was begun in a conversation.</summary>
    public string DraftOf(Conversation conversation)
    {
        lock (_change)
        {
            return _kept.Drafts.GetValueOrDefault(conversation.ToString(), "");
        }
    }

    /// <summary>Keeps the text that was begun in a conversation; the file is written when the user pauses.</summary>
    public void SetDraft(Conversation conversation, string text)
    {
        lock (_change)
        {
            if (text.Length == 0 || MessageText.Check(text) is not null)
            {
                _kept.Drafts.Remove(conversation.ToString());
            }
            else if (_kept.Drafts.Count < MaxDrafts || _kept.Drafts.ContainsKey(conversation.ToString()))
            {
                _kept.Drafts[conversation.ToString()] = text;
            }
        }
    }

    /// <summary>Whether a conversation makes no noise.</summary>
    public bool IsMuted(Conversation conversation)
    {
        lock (_change)
        {
            return _kept.Muted.Contains(conversation.ToString());
        }
    }

    /// <summary>Mutes a conversation, or ends that.</summary>
    public void Mute(Conversation conversation, bool isMuted) => Choose(_kept.Muted, conversation.ToString(), isMuted);

    /// <summary>Whether a user's messages are hidden here.</summary>
    public bool IsBlocked(string user)
    {
        lock (_change)
        {
            return _kept.Blocked.Contains(user);
        }
    }

    /// <summary>Blocks a user, or ends that.</summary>
    public void Block(string user, bool isBlocked) => Choose(_kept.Blocked, user, isBlocked);

    /// <summary>Writes what is kept; a fault of the disk costs a draft and is logged.</summary>
    public void Save()
    {
        try
        {
            lock (_change)
            {
                // Aside and moved, so that a crash leaves the old file or the new one.
                File.WriteAllText(_file + ".new", JsonSerializer.Serialize(_kept));
                File.Move(_file + ".new", _file, overwrite: true);
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(_logger, e.Message);
        }
    }

    private void Choose(HashSet<string> chosen, string what, bool isChosen)
    {
        lock (_change)
        {
            if (!(isChosen ? chosen.Add(what) : chosen.Remove(what)))
            {
                return;
            }
        }

        Save();
        Changed?.Invoke();
    }

    private Kept Read()
    {
        try
        {
            return File.Exists(_file) && JsonSerializer.Deserialize<Kept>(File.ReadAllText(_file)) is { } kept ? kept : new Kept();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.NotKept(_logger, e.Message);
            return new Kept();
        }
    }

    private sealed class Kept
    {
        public Dictionary<string, string> Drafts { get; init; } = [];

        public HashSet<string> Muted { get; init; } = [];

        public HashSet<string> Blocked { get; init; } = [];
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Drafts and choices are not kept: {Reason}", EventName = "WindowNotKept")]
        public static partial void NotKept(ILogger logger, string reason);
    }
}
