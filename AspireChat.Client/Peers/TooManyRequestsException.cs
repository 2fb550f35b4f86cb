using Grpc.Core;

namespace AspireChat.Client.Peers;

/// <summary>Somebody asks for more than is good; the message is a sentence for the asker.</summary>
internal sealed class TooManyRequestsException(string sentence) : Exception(sentence)
{
    // RESOURCE_EXHAUSTED alone also says that there are too many calls, or that a message is too large.
    private const string MarkKey = "aspirechat-refused";
    private const string Mark = "requests";

    /// <summary>The refusal of the call, marked so that the asker's client does not ask again by itself.</summary>
    public RpcException ToRefusal() => new(new Status(StatusCode.ResourceExhausted, Message), new Metadata { { MarkKey, Mark } });

    /// <summary>Whether a call was refused because this client has asked for too much: asking again is what was refused.</summary>
    public static bool IsBehind(RpcException refusal) =>
        refusal.StatusCode == StatusCode.ResourceExhausted && refusal.Trailers.GetValue(MarkKey) == Mark;
}
