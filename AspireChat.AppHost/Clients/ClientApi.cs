using System.Diagnostics;
using System.Net.Http.Headers;
using AspireChat.Protos.LocalApi;

namespace AspireChat.AppHost.Clients;

/// <summary>A client's local API, as the commands on its resource call it.</summary>
/// <param name="user">The user's name.</param>
/// <param name="web">The endpoint of the API.</param>
/// <param name="token">The API's token.</param>
internal sealed class ClientApi(string user, EndpointReference web, ParameterResource token)
{
    // Longer than the client itself waits: 30 s for a user's answer to a request to chat, 30 s for a survey.
    private static readonly TimeSpan ActPatience = TimeSpan.FromSeconds(60);

    // Reads answer at once.
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    // Without a proxy: both programs run on one machine, and no proxy may see the token. A command starts its own trace at
    // the client, so the propagator is null: one that propagates nothing would still let OpenTelemetry's instrumentation, if
    // this process uses it, propagate its own context.
    private static readonly Commanding Handler = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
    });

    /// <summary>The user's name.</summary>
    public string User => user;

    /// <summary>Connects to the API at its present address. A call throws a <see cref="TimeoutException"/> if it takes too long.</summary>
    public async Task<LocalApiClient> ConnectAsync(CancellationToken cancellationToken) => new(
        new HttpClient(Handler, disposeHandler: false)
        {
            BaseAddress = new Uri(web.Url),
            Timeout = Timeout.InfiniteTimeSpan,
            DefaultRequestHeaders =
            {
                Authorization = new AuthenticationHeaderValue("Bearer", await token.GetValueAsync(cancellationToken)),
            },
        });

    private sealed class Commanding(HttpMessageHandler inner) : DelegatingHandler(inner)
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var isRead = request.Method == HttpMethod.Get;
            if (isRead)
            {
                // A trace that is not sampled (https://www.w3.org/TR/trace-context/#sampled-flag): the command reads for its
                // own purposes, which is no action of a user.
                request.Headers.Add("traceparent", $"00-{ActivityTraceId.CreateRandom()}-{ActivitySpanId.CreateRandom()}-00");
            }

            var patience = isRead ? ReadPatience : ActPatience;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(patience);
            try
            {
                return await base.SendAsync(request, deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                throw new TimeoutException($"no answer within {patience.TotalSeconds:0} seconds");
            }
        }
    }
}
