using Grpc.Core;

namespace AspireChat.Client.Peers;

/// <summary>A peer asks too often; the message is a sentence for that peer.</summary>
internal sealed class TooManyRequestsException(string sentence) : Exception(sentence)
{
    // RESOURCE_EXHAUSTED alone can also mean that there are too many calls or that a message is too large.
    private const string MarkKey = "aspirechat-refused";
    private const string Mark = "requests";

    /// <summary>The refusal of the call, marked so that the peer's client does not retry by itself.</summary>
    public RpcException ToRefusal() => new(new Status(StatusCode.ResourceExhausted, Message), new Metadata { { MarkKey, Mark } });

    /// <summary>Whether a call was refused because this client asks too often, so that a retry would be refused too.</summary>
    public static bool IsBehind(RpcException refusal) =>
        refusal.StatusCode == StatusCode.ResourceExhausted && refusal.Trailers.GetValue(MarkKey) == Mark;
}
