using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>A message that a search found; <see cref="Message.From"/> and <see cref="Message.To"/> name its conversation.</summary>
/// <param name="Message">The message.</param>
/// <param name="Before">The message before it in its conversation; absent if it is the first.</param>
/// <param name="After">The message after it in its conversation; absent if it is the last.</param>
public sealed record SearchHit(
    Message Message,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Message? Before = null,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] Message? After = null);

/// <summary>The limits of a search, in addition to those of a page.</summary>
public static class SearchLimits
{
    /// <summary>The longest query, in characters (UTF-16 code units).</summary>
    public const int MaxQueryLength = 200;
}
