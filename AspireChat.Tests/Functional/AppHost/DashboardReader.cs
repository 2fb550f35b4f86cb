using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Aspire.Hosting;
using Aspire.Hosting.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>Reads what the dashboard has received from its telemetry API (https://aspire.dev/dashboard/apis/).</summary>
public sealed class DashboardReader(DistributedApplication app)
{
    private static readonly HttpClient Http = new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null });

    /// <summary>The address of the dashboard, with its login token.</summary>
    public Task<Uri> AddressAsync() => app.GetDashboardUrlAsync(TestContext.Current.CancellationToken);

    /// <summary>All spans in the dashboard.</summary>
    public async Task<IReadOnlyList<DashboardSpan>> SpansAsync()
    {
        var stop = TestContext.Current.CancellationToken;
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(await AddressAsync(), "/api/telemetry/spans?limit=10000"));
        request.Headers.Add("x-api-key", app.Services.GetRequiredService<IConfiguration>()["AppHost:DashboardApiKey"]);
        using var response = await Http.SendAsync(request, stop);
        response.EnsureSuccessStatusCode();
        var answer = (await response.Content.ReadFromJsonAsync<JsonNode>(stop))!;
        return
        [
            .. from resource in Items(answer["data"]!, "resourceSpans")
               let service = Attribute(resource["resource"]!, "service.name")
               from scope in Items(resource, "scopeSpans")
               from span in Items(scope, "spans")
               select new DashboardSpan(
                   service,
                   (string)span["name"]!,
                   (string)span["traceId"]!,
                   (string)span["spanId"]!,
                   (string?)span["parentSpanId"] ?? "",
                   DateTimeOffset.UnixEpoch.AddTicks(long.Parse((string)span["startTimeUnixNano"]!, CultureInfo.InvariantCulture) / TimeSpan.NanosecondsPerTick),
                   Items(span, "attributes").ToDictionary(
                       attribute => (string)attribute["key"]!, attribute => attribute["value"]!.AsObject().First().Value!.ToString())),
        ];
    }

    private static IEnumerable<JsonNode> Items(JsonNode parent, string name) => parent[name]?.AsArray().Select(item => item!) ?? [];

    private static string Attribute(JsonNode parent, string key) =>
        Items(parent, "attributes").FirstOrDefault(attribute => (string)attribute["key"]! == key)?["value"]!.AsObject().First().Value!.ToString() ?? "";
}

/// <summary>A span in the dashboard.</summary>
public sealed record DashboardSpan(
    string Service, string Name, string TraceId, string SpanId, string ParentId, DateTimeOffset Start, IReadOnlyDictionary<string, string> Attributes)
{
    /// <inheritdoc/>
    public override string ToString() => $"{Start:HH:mm:ss.fff} {TraceId[..4]} {Service}: {Name}";
}
