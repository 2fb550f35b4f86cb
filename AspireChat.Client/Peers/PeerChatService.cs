using AspireChat.Client.Chat;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Telemetry;
using AspireChat.Protos.V1;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>The methods that peers call; see <c>peer.proto</c>. The interceptor verifies the caller before they run.</summary>
internal sealed class PeerChatService(
    ChatRequests requests,
    IncomingStreams streams,
    MessageStore store,
    LiveEvents events,
    DeliveryQuota quota,
    LocalPeer self,
    IOptions<PeerOptions> options,
    IHostApplicationLifetime lifetime) : PeerChat.PeerChatBase
{
    public override async Task<OpenChatReply> OpenChat(OpenChatRequest request, ServerCallContext context)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(context.CancellationToken, lifetime.ApplicationStopping);
        try
        {
            var accepted = await requests.DecideAsync(PeerGreetingInterceptor.CallerOf(context), end.Token);
            return new OpenChatReply
            {
                Decision = accepted ? OpenChatReply.Types.Decision.Accepted : OpenChatReply.Types.Decision.Declined,
            };
        }
        catch (TooManyRequestsException e)
        {
            throw Refuse(e);
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new RpcException(new Status(StatusCode.Unavailable, "The client is stopping."));
        }
        catch (OperationCanceledException)
        {
            throw new RpcException(new Status(StatusCode.DeadlineExceeded, "The user did not answer in time."));
        }
    }

    public override async Task Deliver(
        IAsyncStreamReader<DeliverFrame> requestStream, IServerStreamWriter<Receipt> responseStream, ServerCallContext context)
    {
        var caller = PeerGreetingInterceptor.CallerOf(context);
        try
        {
            if (!await requests.IsOpenAsync(caller))
            {
                throw new RpcException(new Status(StatusCode.FailedPrecondition, "No chat is open with the caller."));
            }
        }
        catch (TooManyRequestsException e)
        {
            throw Refuse(e);
        }

        // A long stream would delay the shutdown, so it ends when the application stops.
        await streams.RunAsync(new IncomingStream(
            caller,
            self.Name,
            requestStream,
            responseStream,
            store,
            events,
            quota,
            options.Value.IdleTimeout,
            lifetime.ApplicationStopping));
    }

    private static RpcException Refuse(TooManyRequestsException e)
    {
        ChatTelemetry.CountRefused(nameof(StatusCode.ResourceExhausted));
        return e.ToRefusal();
    }
}
