using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>How the API writes and reads JSON: members in camelCase, states in lower case, times RFC 3339 UTC.</summary>
public static class LocalApiJson
{
    private static readonly JsonNamingPolicy Words = JsonNamingPolicy.KebabCaseLower;

    /// <summary>The options of everything that the API writes and reads.</summary>
    public static JsonSerializerOptions Options { get; } = Configure(new JsonSerializerOptions());

    /// <summary>Sets options accordingly and returns them. They then know the contract's types without reflection.</summary>
    public static JsonSerializerOptions Configure(JsonSerializerOptions options)
    {
        options.PropertyNamingPolicy = JsonNamingPolicy.CamelCase;
        options.AllowDuplicateProperties = false;
        options.NumberHandling = JsonNumberHandling.Strict;
        options.Converters.Add(new JsonStringEnumConverter(Words, allowIntegerValues: false));
        options.Converters.Add(new UtcTime());
        options.TypeInfoResolverChain.Insert(0, LocalApiTypes.Default);

        // Readable with curl in a terminal; control characters (C1 too) are still escaped. It is unsafe inside HTML, which
        // the content type and 'nosniff' prevent.
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping;
        return options;
    }

    /// <summary>The word for a state or a mode, as the API writes it.</summary>
    public static string Word<T>(T value)
        where T : struct, Enum => Words.ConvertName(value.ToString());

    private sealed class UtcTime : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.GetDateTimeOffset();

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime);
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(LoginCode))]
[JsonSerializable(typeof(Me))]
[JsonSerializable(typeof(ItemList<OnlineUser>))]
[JsonSerializable(typeof(SurveyResult))]
[JsonSerializable(typeof(ItemList<ChatSummary>))]
[JsonSerializable(typeof(TrustBody))]
[JsonSerializable(typeof(ItemList<GroupSummary>))]
[JsonSerializable(typeof(JoinBody))]
[JsonSerializable(typeof(ItemList<GroupModeSummary>))]
[JsonSerializable(typeof(ItemList<GroupMember>))]
[JsonSerializable(typeof(ItemList<Message>))]
[JsonSerializable(typeof(TextBody))]
[JsonSerializable(typeof(TextListBody))]
[JsonSerializable(typeof(SentMessage))]
[JsonSerializable(typeof(ItemList<SentMessage>))]
[JsonSerializable(typeof(ItemList<ReceivedInsult>))]
[JsonSerializable(typeof(ItemList<SearchHit>))]
[JsonSerializable(typeof(Problem))]
[JsonSerializable(typeof(StateChange))]
[JsonSerializable(typeof(ChatChange))]
[JsonSerializable(typeof(PresenceChange))]
[JsonSerializable(typeof(GroupChange))]
[JsonSerializable(typeof(Finding))]
[JsonSerializable(typeof(ConnectionChange))]
[JsonSerializable(typeof(RefusedBatch))]
[JsonSerializable(typeof(StreamEnd))]
internal sealed partial class LocalApiTypes : JsonSerializerContext;
