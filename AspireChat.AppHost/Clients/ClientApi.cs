using System.Diagnostics;
using System.Net.Http.Headers;
using AspireChat.Protos.LocalApi;

namespace AspireChat.AppHost.Clients;

/// <summary>A client's local API, as a command on its resource calls it.</summary>
/// <param name="user">The user's name.</param>
/// <param name="web">Where the API is.</param>
/// <param name="token">Its token.</param>
internal sealed class ClientApi(string user, EndpointReference web, ParameterResource token)
{
    // Longer than the client itself waits: 30 s for somebody's answer to an invitation, 30 s for a survey.
    private static readonly TimeSpan ActPatience = TimeSpan.FromSeconds(60);

    // What is only read is there at once.
    private static readonly TimeSpan ReadPatience = TimeSpan.FromSeconds(5);

    // No proxy stands between two programs of one machine, and none is to see the token. What a command causes is a trace of
    // its own at the client: null, since a propagator that passes on nothing still lets OpenTelemetry's instrumentation, where
    // somebody in this process uses it, pass on its own.
    private static readonly Commanding Handler = new(new SocketsHttpHandler
    {
        UseProxy = false,
        ActivityHeadersPropagator = null,
    });

    /// <summary>The user's name.</summary>
    public string User => user;

    /// <summary>The API where it is now. Its calls end in a <see cref="TimeoutException"/> if there is no answer for too long.</summary>
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
                // Part of a trace that nobody records (https://www.w3.org/TR/trace-context/#sampled-flag): the command looks
                // something up for itself, and that is nothing that a user did.
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
