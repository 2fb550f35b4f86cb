using AspireChat.Client.Chat;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>
/// Opens a chat over a connection, and says what a failed call to a peer means. A user who waits for the answer and a link
/// with waiting messages both use it; they differ only in how long they try again.
/// </summary>
internal sealed class ChatOpening(ChatRequests requests, IOptions<ChatOptions> options)
{
    // The user sees what the other side says, so it is kept short; front ends escape it.
    private const int MaxReason = 200;

    /// <summary>How long the other user may take to answer.</summary>
    public TimeSpan Patience => options.Value.OpenTimeout;

    /// <summary>Asks the other user and records the answer.</summary>
    /// <param name="user">The other user.</param>
    /// <param name="connection">A connection to that user's client.</param>
    /// <param name="patience">The longest wait for the answer.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Declined"/>, or <see cref="ChatFault.KeyMismatch"/>.</exception>
    /// <exception cref="RpcException">The call failed; see <see cref="Refusal"/>.</exception>
    public async Task AskAsync(string user, PeerConnection connection, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (!await connection.OpenChatAsync(patience, cancellationToken))
        {
            await requests.SetAsync(user, ChatState.Declined);
            throw new ChatException(ChatFault.Declined, $"{user} declined the chat.");
        }

        await requests.SetAsync(user, ChatState.Open);
    }

    /// <summary>What a fault means if another attempt would end in the same way.</summary>
    /// <param name="user">The other user.</param>
    /// <param name="fault">What a call to that user's client, or <see cref="AskAsync"/>, has thrown.</param>
    /// <returns>Null if the fault may pass by itself.</returns>
    public ChatException? Refusal(string user, Exception fault) => fault switch
    {
        ChatException { Fault: ChatFault.KeyMismatch or ChatFault.Declined } refusal => refusal,
        RpcException { StatusCode: StatusCode.PermissionDenied or StatusCode.Unauthenticated } call =>
            Refused(ChatFault.KeyMismatch, user, call),
        RpcException { StatusCode: StatusCode.InvalidArgument } call => Refused(ChatFault.Unavailable, user, call),
        RpcException call when TooManyRequestsException.IsBehind(call) => Refused(ChatFault.Unavailable, user, call),
        RpcException { StatusCode: StatusCode.DeadlineExceeded } call => NoAnswer(user, call),
        _ => null,
    };

    /// <summary>The refusal of a chat whose other user has not answered in time.</summary>
    public ChatException NoAnswer(string user, Exception cause) => new(
        ChatFault.NoAnswer, $"{user} did not answer within {Patience.TotalSeconds:0} seconds.", cause);

    private static ChatException Refused(ChatFault fault, string user, RpcException call)
    {
        var reason = call.Status.Detail;
        return new(fault, $"{user}'s client refused: {(reason.Length <= MaxReason ? reason : reason[..MaxReason])}", call);
    }
}
