using System.Collections.Concurrent;
using System.Text;
using AspireChat.Tests.Infrastructure.Otlp;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A span as a client exported it, with ids in lower-case hex.</summary>
/// <param name="Service">The program that exported it.</param>
/// <param name="Source">The activity source.</param>
/// <param name="Name">The name.</param>
/// <param name="Kind">1 internal, 2 server, 3 client, 4 producer, 5 consumer.</param>
/// <param name="TraceId">The id of the trace.</param>
/// <param name="SpanId">The id of the span.</param>
/// <param name="ParentId">The id of the parent; empty if there is none.</param>
/// <param name="Start">When it started.</param>
/// <param name="End">When it ended.</param>
/// <param name="Attributes">The text attributes.</param>
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
    IReadOnlyDictionary<string, string> Attributes)
{
    /// <summary>A text attribute, or null.</summary>
    public string? Attribute(string key) => Attributes.GetValueOrDefault(key);
}

/// <summary>One value of an instrument as a client exported it.</summary>
/// <param name="Service">The program that exported it.</param>
/// <param name="Name">The instrument's name.</param>
/// <param name="Unit">The unit.</param>
/// <param name="Kind">The attribute <c>kind</c>; empty if there is none.</param>
/// <param name="Value">The value; for a histogram the count of its values.</param>
/// <param name="Bounds">The bounds of a histogram's buckets.</param>
public sealed record ReceivedMetric(string Service, string Name, string Unit, string Kind, double Value, IReadOnlyList<double> Bounds);

/// <summary>Receives spans, metrics and logs over OTLP/HTTP and keeps them, in the place of a dashboard.</summary>
public sealed class OtlpReceiver : IAsyncDisposable
{
    // A chat without a user is refused before the client does anything.
    private const string Mark = "POST /api/chats";

    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<(string Service, string Name, string Kind), ReceivedMetric> _metrics = new();
    private readonly ConcurrentQueue<(string Signal, byte[] Body)> _bodies = new();
    private readonly WebApplication _app;

    private OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>The settings by which a client exports to this receiver, at once instead of every five seconds.</summary>
    /// <param name="service">The name under which its spans arrive.</param>
    public (string, string)[] SettingsFor(string service) =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", _app.Urls.Single()),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"),
        ("OTEL_SERVICE_NAME", service),
        ("OTEL_BSP_SCHEDULE_DELAY", "200"),
        ("OTEL_BLRP_SCHEDULE_DELAY", "200"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "500"),

        // An export that does not end in time is dropped, with all its spans; ten seconds can be too few on a busy machine.
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "60000"),
    ];

    /// <summary>All spans so far, in order of their start.</summary>
    public IReadOnlyList<ReceivedSpan> Spans() => [.. _spans.OrderBy(span => span.Start)];

    /// <summary>The last value of an instrument; null if it has exported none.</summary>
    public ReceivedMetric? Metric(string service, string name, string kind = "") => _metrics.GetValueOrDefault((service, name, kind));

    /// <summary>Whether a text is anywhere in the exported bytes.</summary>
    /// <param name="text">The text.</param>
    /// <param name="signal"><c>traces</c>, <c>metrics</c> or <c>logs</c>; all of them if null.</param>
    public bool Exported(string text, string? signal = null) => _bodies
        .Where(export => signal is null || export.Signal == signal)
        .Any(export => export.Body.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);

    /// <summary>
    /// Waits until everything that these clients have recorded so far has arrived: each gets an invalid request, whose span comes
    /// after all spans that ended before it.
    /// </summary>
    public async Task CatchUpAsync(params IEnumerable<ChatClientProcess> clients)
    {
        foreach (var client in clients)
        {
            var before = Marks(client.Name);
            await ChatApi.RefusalAsync(() => client.Api.OpenChatAsync(""));
            await Until.True($"{client.Name}'s spans have arrived", () => Marks(client.Name) > before);
        }
    }

    /// <summary>The traces so far, each as a tree of its spans, without the spans of <see cref="CatchUpAsync"/>.</summary>
    public IReadOnlyDictionary<string, string> Traces() => TraceTree.Draw(Spans().Where(span => span.Name != Mark));

    /// <summary>Starts receiving on a free port.</summary>
    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.MapPost("/v1/{signal}", receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private int Marks(string service) => _spans.Count(span => span.Service == service && span.Name == Mark);

    private async Task<IResult> ReceiveAsync(string signal, HttpRequest request)
    {
        using var copy = new MemoryStream();
        await request.Body.CopyToAsync(copy);
        var body = copy.ToArray();
        _bodies.Enqueue((signal, body));
        switch (signal)
        {
            case "traces":
                KeepSpans(ExportTraceServiceRequest.Parser.ParseFrom(body));
                break;
            case "metrics":
                KeepMetrics(ExportMetricsServiceRequest.Parser.ParseFrom(body));
                break;
            default:
                // Logs are only searched for texts.
                break;
        }

        return Results.Ok();
    }

    private void KeepSpans(ExportTraceServiceRequest export)
    {
        foreach (var resource in export.ResourceSpans)
        {
            foreach (var scope in resource.ScopeSpans)
            {
                foreach (var span in scope.Spans)
                {
                    _spans.Enqueue(Read(Service(resource.Resource), scope.Scope.Name, span));
                }
            }
        }
    }

    private void KeepMetrics(ExportMetricsServiceRequest export)
    {
        foreach (var resource in export.ResourceMetrics)
        {
            var metrics = resource.ScopeMetrics.SelectMany(scope => scope.Metrics);
            foreach (var metric in metrics.SelectMany(metric => Read(Service(resource.Resource), metric)))
            {
                _metrics[(metric.Service, metric.Name, metric.Kind)] = metric;
            }
        }
    }

    private static IEnumerable<ReceivedMetric> Read(string service, Metric metric) =>
    [
        .. (metric.Gauge ?? metric.Sum)?.DataPoints.Select(point => new ReceivedMetric(
            service,
            metric.Name,
            metric.Unit,
            Attributes(point.Attributes).GetValueOrDefault("kind", ""),
            point.ValueCase == NumberDataPoint.ValueOneofCase.AsInt ? point.AsInt : point.AsDouble,
            [])) ?? [],
        .. metric.Histogram?.DataPoints.Select(point => new ReceivedMetric(
            service,
            metric.Name,
            metric.Unit,
            Attributes(point.Attributes).GetValueOrDefault("kind", ""),
            point.Count,
            point.ExplicitBounds)) ?? [],
    ];

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
        Attributes(span.Attributes));

    private static string Service(Resource resource) => Attributes(resource.Attributes).GetValueOrDefault("service.name", "");

    private static Dictionary<string, string> Attributes(IEnumerable<KeyValue> attributes) =>
        attributes.ToDictionary(attribute => attribute.Key, attribute => attribute.Value?.StringValue ?? "");

    private static string Hex(ByteString bytes) => Convert.ToHexStringLower(bytes.Span);

    private static DateTimeOffset Time(ulong nanoseconds) => DateTimeOffset.UnixEpoch.AddTicks((long)(nanoseconds / 100));
}
