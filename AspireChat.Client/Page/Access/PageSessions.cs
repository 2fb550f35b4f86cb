using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;
using AspireChat.Client.Chat;
using AspireChat.Client.Session;

namespace AspireChat.Client.Page.Access;

/// <summary>
/// The browsers that are logged in. Each has an opaque cookie; this client keeps only the cookies' digests, in its data
/// directory, so a browser stays logged in when the client restarts, and a cookie of one user opens no other user's page.
/// </summary>
internal sealed partial class PageSessions(ChatSession session, DataFile file, TimeProvider time, ILogger<PageSessions> logger)
{
    /// <summary>How long a browser stays logged in.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(30);

    // A user's browsers; with more, the one that logged in first must do so again.
    private const int MaxSessions = 32;
    private const int Bytes = 32;

    private readonly Lock _change = new();
    private readonly string _file = file("page-sessions.json");
    private Dictionary<string, DateTimeOffset>? _sessions;

    /// <summary>The cookie's name. It carries the user's name, because cookies ignore ports (RFC 6265, section 8.5).</summary>
    public string CookieName { get; } = $"aspirechat-{session.Name}";

    /// <summary>Logs a browser in.</summary>
    /// <returns>The cookie's value.</returns>
    public string Begin()
    {
        var value = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
        lock (_change)
        {
            var sessions = Current();
            if (sessions.Count >= MaxSessions)
            {
                sessions.Remove(sessions.MinBy(known => known.Value).Key);
            }

            sessions[Digest(value)] = time.GetUtcNow() + Lifetime;
            Write(sessions);
        }

        return value;
    }

    /// <summary>Whether a request carries the cookie of a browser that is logged in.</summary>
    public bool IsIn(HttpRequest request)
    {
        if (request.Cookies[CookieName] is not { Length: > 0 and <= 64 } value)
        {
            return false;
        }

        lock (_change)
        {
            return Current().TryGetValue(Digest(value), out var ends) && ends > time.GetUtcNow();
        }
    }

    private static string Digest(string value) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(value)));

    private Dictionary<string, DateTimeOffset> Current()
    {
        _sessions ??= Read();
        foreach (var over in _sessions.Where(known => known.Value <= time.GetUtcNow()).ToList())
        {
            _sessions.Remove(over.Key);
        }

        return _sessions;
    }

    private Dictionary<string, DateTimeOffset> Read()
    {
        try
        {
            return File.Exists(_file) ? JsonSerializer.Deserialize<Dictionary<string, DateTimeOffset>>(File.ReadAllText(_file)) ?? [] : [];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException)
        {
            Log.NotKept(logger, e.Message);
            return [];
        }
    }

    // Written aside and moved, so that a crash leaves the old file or the new one.
    private void Write(Dictionary<string, DateTimeOffset> sessions)
    {
        try
        {
            var aside = _file + ".new";
            File.WriteAllText(aside, JsonSerializer.Serialize(sessions));
            File.Move(aside, _file, overwrite: true);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Log.NotKept(logger, e.Message);
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "Who is logged in to the page is not kept over a restart: {Reason}", EventName = "SessionsNotKept")]
        public static partial void NotKept(ILogger logger, string reason);
    }
}
