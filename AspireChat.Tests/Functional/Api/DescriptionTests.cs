using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.RegularExpressions;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

/// <summary>The API describes itself, and docs/protocol.md lists the same calls.</summary>
public sealed partial class DescriptionTests(AliceAndBob clients) : IClassFixture<AliceAndBob>
{
    private const string Path = "/openapi/v1.json";

    [Fact]
    public async Task The_description_has_exactly_the_calls_of_the_protocol()
    {
        var document = await clients.Alice.Http.GetFromJsonAsync<JsonElement>(Path, TestContext.Current.CancellationToken);

        var described =
            from path in document.GetProperty("paths").EnumerateObject()
            from method in path.Value.EnumerateObject()
            select $"{method.Name.ToUpperInvariant()} {path.Name}";
        Assert.Equal(await ReadProtocolAsync(), described.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_description_needs_the_token_as_the_calls_do()
    {
        using var http = clients.Alice.CreateHttpClient();
        using var stranger = await http.GetAsync(Path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, stranger.StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Get, Path) { Headers = { Host = "evil.example" } };
        using var elsewhere = await clients.Alice.Http.SendAsync(request, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.MisdirectedRequest, elsewhere.StatusCode);
    }

    // The first column of the table under "Calls", such as | `POST /api/chats/{user}/accept` · `/decline` |.
    private static async Task<IEnumerable<string>> ReadProtocolAsync()
    {
        var text = await File.ReadAllTextAsync(
            System.IO.Path.Combine(AppContext.BaseDirectory, "docs", "protocol.md"), TestContext.Current.CancellationToken);
        var calls =
            from row in text.Split("\n### Calls\n")[1].Split("\n### ")[0].Split('\n')
            where row.StartsWith("| `", StringComparison.Ordinal)
            let call = Call().Match(row.Split('|')[1])
            where call.Success
            let paths = new[] { call.Groups["path"].Value }.Concat(
                call.Groups["sibling"].Captures.Select(sibling => call.Groups["parent"].Value + sibling.Value))
            from path in paths
            select $"{call.Groups["method"]} {path}";
        return calls.Order(StringComparer.Ordinal);
    }

    [GeneratedRegex("^ `(?<method>[A-Z]+) (?<path>(?<parent>/api\\S*)/[^/`\\s]+)`( · `(?<sibling>/[^`]+)`)*")]
    private static partial Regex Call();
}
