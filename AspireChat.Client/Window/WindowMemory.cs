using System.Text.Json;

namespace AspireChat.Client.Window;

/// <summary>The content of <c>window.json</c>. Conversations are named as in signatures: <c>user:bob</c>.</summary>
internal sealed class WindowMemory
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>The begun texts by conversation, the one that changed last at the end.</summary>
    public OrderedDictionary<string, string> Drafts { get; init; } = [];

    /// <summary>The muted conversations.</summary>
    public SortedSet<string> Muted { get; init; } = [];

    /// <summary>The blocked users.</summary>
    public SortedSet<string> Blocked { get; init; } = [];

    /// <summary>Reads a file's content.</summary>
    /// <exception cref="JsonException">It is not of this form.</exception>
    public static WindowMemory Read(byte[] content) =>
        JsonSerializer.Deserialize<WindowMemory>(content, Json) is { Drafts: not null, Muted: not null, Blocked: not null } memory
            ? memory
            : throw new JsonException("A part is null.");

    /// <summary>The content for a file.</summary>
    public byte[] Write() => JsonSerializer.SerializeToUtf8Bytes(this, Json);

    /// <summary>Replaces a file, readable by its owner only; after a crash it has the old content or the new one.</summary>
    public static void WriteFile(string path, byte[] content)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        var fresh = path + ".new";
        using (var stream = new FileStream(fresh, options))
        {
            stream.Write(content);
            stream.Flush(flushToDisk: true);
        }

        File.Move(fresh, path, overwrite: true);
    }
}
