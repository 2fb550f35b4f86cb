using System.Collections.Concurrent;
using AspireChat.Tests.Infrastructure.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A span as a client exported it; ids in lower-case hex.</summary>
/// <param name="Service">Which program.</param>
/// <param name="Source">Its activity source.</param>
/// <param name="Name">Its name.</param>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="TraceId">Its trace.</param>
/// <param name="SpanId">Its own id.</param>
/// <param name="ParentId">Its parent's id; empty if it has none.</param>
/// <param name="Start">When it started.</param>
/// <param name="End">When it ended.</param>
/// <param name="Attributes">Its attributes that are texts.</param>
/// <param name="Links">Ids of spans that it is linked with.</param>
public sealed record ReceivedSpan(
    string Service,
    string Source,
    string Name,
    int Kind,
    string TraceId,
    string SpanId,
    string ParentId,
    DateTimeOffset Start,
    DateTimeOffset End,
    IReadOnlyDictionary<string, string> Attributes,
    IReadOnlyList<string> Links)
{
    /// <summary>A text attribute, or null.</summary>
    public string? Attribute(string key) => Attributes.GetValueOrDefault(key);
}

/// <summary>What a dashboard is to the clients: receives their spans over OTLP/HTTP and keeps them.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>The settings with which a client exports to it, at once rather than every five seconds.</summary>
    /// <param name="service">The name under which its spans arrive.</param>
    public (string, string)[] SettingsFor(string service) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Urls.Single()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_SERVICE_NAME", service),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
    ];

    /// <summary>All spans so far, in order of their start.</summary>
    public IReadOnlyList<ReceivedSpan> Spans() => [.. _spans.OrderBy(span => span.Start)];

    /// <summary>Starts receiving on a free port.</summary>
    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/traces", receiver.ReceiveAsync);

        // Metrics and logs are none of a trace's business.
        app.MapPost("/v1/{signal}", () => Results.Ok());
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task<IResult> ReceiveAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        foreach (var resource in ExportTraceServiceRequest.Parser.ParseFrom(body.ToArray()).ResourceSpans)
        {
            var service = Attributes(resource.Resource.Attributes).GetValueOrDefault("service.name", "");
            foreach (var scope in resource.ScopeSpans)
            {
                foreach (var span in scope.Spans)
                {
                    _spans.Enqueue(Read(service, scope.Scope.Name, span));
                }
            }
        }

        return Results.Ok();
    }

    private static ReceivedSpan Read(string service, string source, Span span) => new(
        service,
        source,
        span.Name,
        span.Kind,
        Hex(span.TraceId),
        Hex(span.SpanId),
        Hex(span.ParentSpanId),
        Time(span.StartTimeUnixNano),
        Time(span.EndTimeUnixNano),
        Attributes(span.Attributes),
        [.. span.Links.Select(link => Hex(link.SpanId))]);

    private static Dictionary<string, string> Attributes(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value?.StringValue ?? "");

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static DateTimeOffset Time(ulong nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100));
}
