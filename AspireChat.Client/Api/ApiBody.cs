using System.Buffers;
using System.Text.Json;
using System.Text.Unicode;

namespace AspireChat.Client.Api;

/// <summary>Reads bodies strictly: a body that is not exactly the expected object is refused with a sentence, never repaired.</summary>
internal static class ApiBody
{
    /// <summary>The body that sends a text.</summary>
    public const string Text = """{ "text": "…" }, and if you like an "id" of your own (a UUIDv7)""";

    /// <summary>The body that sends several texts.</summary>
    public const string TextList = """{ "messages": [{ "text": "…" }, …] }, each with an "id" of your own (a UUIDv7) if you like""";

    /// <summary>Whether a request says that its body is JSON in UTF-8.</summary>
    public static bool IsJson(HttpRequest request) =>
        // What nearly all callers send need not be parsed at each call.
        request.ContentType is "application/json" or "application/json; charset=utf-8"
        || (request.HasJsonContentType() && IsUtf8(request));

    /// <summary>Reads the body as a JSON object.</summary>
    /// <param name="request">The request.</param>
    /// <param name="example">The expected object, for the refusal.</param>
    /// <exception cref="BadHttpRequestException">
    /// 400: the body is missing, not UTF-8, not JSON, not an object, or has members of other types. 413: it is too large.
    /// </exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, string example)
        where T : class
    {
        var reader = request.BodyReader;
        while (true)
        {
            var read = await reader.ReadAsync(request.HttpContext.RequestAborted);
            if (read.IsCompleted)
            {
                try
                {
                    return Parse<T>(read.Buffer, example);
                }
                finally
                {
                    reader.AdvanceTo(read.Buffer.End);
                }
            }

            // All is examined and nothing consumed: Kestrel refuses a body that grows beyond the limit.
            reader.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    /// <summary>Reads the body, if there is one, as a JSON object.</summary>
    /// <returns>Null if the body is empty.</returns>
    /// <exception cref="BadHttpRequestException">As in <see cref="ReadAsync"/>, except for a missing body.</exception>
    public static async Task<T?> ReadOptionalAsync<T>(HttpRequest request, string example)
        where T : class
    {
        var first = await request.BodyReader.ReadAsync(request.HttpContext.RequestAborted);
        request.BodyReader.AdvanceTo(first.Buffer.Start);
        return first is { IsCompleted: true, Buffer.IsEmpty: true } ? null : await ReadAsync<T>(request, example);
    }

    /// <summary>Parses a whole body; see <see cref="ReadAsync"/>.</summary>
    internal static T Parse<T>(ReadOnlySequence<byte> body, string example)
        where T : class
    {
        if (body.IsEmpty)
        {
            throw Refuse($"The body is missing; expected: {example}.");
        }

        var bytes = body.IsSingleSegment ? body.FirstSpan : body.ToArray();
        if (!Utf8.IsValid(bytes))
        {
            throw Refuse($"The body is not valid UTF-8; expected: {example}.");
        }

        try
        {
            return JsonSerializer.Deserialize<T>(bytes, LocalApiJson.Options)
                ?? throw Refuse($"The body is null; expected: {example}.");
        }
        catch (JsonException e)
        {
            // The exception's own message names .NET types; its path is what helps the caller.
            var place = e.Path is { Length: > 1 } path ? $" (at {path})" : "";
            throw Refuse($"The body is not the expected JSON object{place}; expected: {example}.");
        }
    }

    private static bool IsUtf8(HttpRequest request) =>
        request.GetTypedHeaders().ContentType?.Charset is not { HasValue: true } charset
        || charset.Equals("utf-8", StringComparison.OrdinalIgnoreCase)
        || charset.Equals("\"utf-8\"", StringComparison.OrdinalIgnoreCase);

    private static BadHttpRequestException Refuse(string sentence) => new(sentence, StatusCodes.Status400BadRequest);
}
