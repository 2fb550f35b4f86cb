using System.Text.Json;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Window;

/// <summary>
/// What the windows of this client share and keep: begun texts, muted conversations, blocked users. In memory, and in
/// <c>window.json</c> in the data directory, written a moment after a change. Safe for concurrent use.
/// </summary>
/// <param name="file">The place of the file.</param>
/// <param name="time">The clock.</param>
/// <param name="logger">The log.</param>
internal sealed partial class SharedWindowState(DataFile file, TimeProvider time, ILogger<SharedWindowState> logger) : IDisposable
{
    /// <summary>The file's name.</summary>
    public const string FileName = "window.json";

    /// <summary>How many drafts are kept; the oldest gives way.</summary>
    public const int MostDrafts = 100;

    /// <summary>How long a kept draft may be, in characters; the rest of a longer one is lost.</summary>
    public const int MostCharacters = 2 * MessageText.MaxBytes;

    /// <summary>How many users can be blocked, and how many conversations muted.</summary>
    public const int MostEntries = 1_000;

    private readonly Lock _gate = new();
    private readonly Lock _writing = new();
    private WindowMemory? _memory;
    private ITimer? _saving;

    /// <summary>Something changed that other windows show; called under no lock.</summary>
    public event Action? Changed;

    /// <summary>The blocked users.</summary>
    public IReadOnlyCollection<string> Blocked => Read(memory => memory.Blocked.ToArray());

    /// <summary>The text begun in a conversation; empty if there is none.</summary>
    public string Draft(Conversation conversation) => Read(memory => memory.Drafts.GetValueOrDefault(conversation.ToString(), ""));

    /// <summary>Keeps the text begun in a conversation.</summary>
    public void SetDraft(Conversation conversation, string text) => Change(memory =>
    {
        var key = conversation.ToString();
        var had = memory.Drafts.Remove(key);
        if (text.Length > 0)
        {
            memory.Drafts.Add(key, text.Length <= MostCharacters ? text : text[..MostCharacters]);
        }

        if (memory.Drafts.Count > MostDrafts)
        {
            memory.Drafts.RemoveAt(0);
        }

        // Other windows show only whether there is one.
        return had != text.Length > 0;
    });

    /// <summary>Whether the user wants no notice of a conversation's messages.</summary>
    public bool IsMuted(Conversation conversation) => Read(memory => memory.Muted.Contains(conversation.ToString()));

    /// <summary>Mutes a conversation, or ends that.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.Conflict"/>: there are too many.</exception>
    public void SetMuted(Conversation conversation, bool isMuted) => Change(memory =>
        Set(memory.Muted, conversation.ToString(), isMuted, $"At most {MostEntries:N0} conversations can be muted; unmute one first."));

    /// <summary>Whether a user is blocked.</summary>
    public bool IsBlocked(string user) => Read(memory => memory.Blocked.Contains(user));

    /// <summary>
    /// Blocks a user: windows hide that user's messages, do not count them, and decline requests to chat. Nobody is told.
    /// </summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.InvalidName"/>; <see cref="ChatFault.Conflict"/>: there are too many.
    /// </exception>
    public void Block(string user) => SetBlocked(user, isBlocked: true);

    /// <summary>Ends the blocking of a user; the hidden messages appear.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.InvalidName"/>.</exception>
    public void Unblock(string user) => SetBlocked(user, isBlocked: false);

    /// <summary>Tells all windows that messages were marked as read; no event does.</summary>
    public void TellRead() => Changed?.Invoke();

    /// <summary>Writes what has not been written.</summary>
    public void Dispose()
    {
        bool isUnwritten;
        lock (_gate)
        {
            isUnwritten = _saving is not null;
            _saving?.Dispose();
        }

        if (isUnwritten)
        {
            Save();
        }
    }

    private void SetBlocked(string user, bool isBlocked)
    {
        var name = ChatName.Parse(user);
        Change(memory => Set(memory.Blocked, name, isBlocked, $"At most {MostEntries:N0} users can be blocked; unblock one first."));
    }

    private static bool Set(SortedSet<string> entries, string entry, bool isIn, string refusal) =>
        !isIn ? entries.Remove(entry)
        : entries.Count < MostEntries || entries.Contains(entry) ? entries.Add(entry)
        : throw new ChatException(ChatFault.Conflict, refusal);

    private T Read<T>(Func<WindowMemory, T> read)
    {
        lock (_gate)
        {
            return read(_memory ??= Load());
        }
    }

    // The change returns whether others must know. It is written in any case, but not at every key press.
    private void Change(Func<WindowMemory, bool> change)
    {
        bool isForOthers;
        lock (_gate)
        {
            isForOthers = change(_memory ??= Load());
            _saving ??= time.CreateTimer(_ => Save(), null, TimeSpan.FromMilliseconds(500), Timeout.InfiniteTimeSpan);
        }

        if (isForOthers)
        {
            Changed?.Invoke();
        }
    }

    private WindowMemory Load()
    {
        var path = file(FileName);
        try
        {
            return File.Exists(path) ? WindowMemory.Read(File.ReadAllBytes(path)) : new WindowMemory();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.NotRead(logger, path, e.Message);
            return new WindowMemory();
        }
    }

    private void Save()
    {
        // One at a time, and each writes what is true when its turn comes.
        lock (_writing)
        {
            byte[] content;
            lock (_gate)
            {
                _saving?.Dispose();
                _saving = null;
                content = (_memory ??= Load()).Write();
            }

            var path = file(FileName);
            try
            {
                WindowMemory.WriteFile(path, content);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                Log.NotWritten(logger, path, e.Message);
            }
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Path} cannot be read, so drafts and blocked users are forgotten: {Reason}", EventName = "WindowFileNotRead")]
        public static partial void NotRead(ILogger logger, string path, string reason);

        [LoggerMessage(2, LogLevel.Warning, "{Path} cannot be written; the next change tries again: {Reason}", EventName = "WindowFileNotWritten")]
        public static partial void NotWritten(ILogger logger, string path, string reason);
    }
}
