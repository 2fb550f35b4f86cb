using System.Net;
using System.Text;
using System.Text.Json;
using Xunit;

namespace AspireChat.Tests.Unit.Protos;

public class LocalApiClientTests
{
    private static readonly Guid Id = Guid.Parse("01890a5d-ac96-774b-bcce-b302099a8057");

    [Fact]
    public async Task A_refusal_carries_its_status_its_fault_and_its_sentence()
    {
        var refusal = await RefusalAsync("""{"type":"…","title":"Declined","status":409,"detail":"bob declined.","traceId":"00-1","fault":"declined"}""");

        Assert.Equal((HttpStatusCode.Conflict, ChatFault.Declined, "bob declined."), (refusal.Status, refusal.Fault, refusal.Message));
    }

    [Fact]
    public async Task A_refusal_by_the_rules_of_HTTP_has_no_fault() =>
        Assert.Null((await RefusalAsync("""{"title":"Conflict","status":409,"detail":"A sentence."}""")).Fault);

    [Fact]
    public async Task An_answer_that_is_not_a_clients_is_no_refusal() => await Assert.ThrowsAnyAsync<JsonException>(
        () => Client(HttpStatusCode.BadGateway, "<html>").ListUsersAsync(cancellationToken: TestContext.Current.CancellationToken));

    [Fact]
    public async Task Names_and_pages_are_in_the_path()
    {
        var asked = new List<string>();
        var client = Client(HttpStatusCode.OK, """{"items":[]}""", asked);

        await client.ReadChatAsync("a/b?", limit: 7, before: Id, TestContext.Current.CancellationToken);
        await client.ReadInsultsAsync(cancellationToken: TestContext.Current.CancellationToken);
        await client.ListMembersAsync("a/b", TestContext.Current.CancellationToken);
        await client.SearchAsync("a&b #1", limit: 7, TestContext.Current.CancellationToken);

        Assert.Equal(
            [
                $"GET /api/chats/a%2Fb%3F/messages?limit=7&before={Id}",
                "GET /api/insults?limit=100",
                "GET /api/groups/a%2Fb/members",
                "GET /api/search?limit=7&q=a%26b%20%231",
            ],
            asked);
    }

    [Fact]
    public async Task Events_are_read_with_their_data_and_unknown_ones_without()
    {
        var client = Client(HttpStatusCode.OK, $$"""
            : watching

            event: state
            data: {"id":"{{Id}}","from":"alice","to":{"user":"bob"},"state":"read"}

            event: weather
            data: {"rain":true}

            event: presence
            data: {"user":"bo
            """);
        await using var events = await client.WatchAsync(TestContext.Current.CancellationToken);

        var seen = new List<LiveEvent>();
        await foreach (var happened in events.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            seen.Add(happened);
        }

        Assert.Equal(
            [LiveEvent.Of(new StateChange(Id, "alice", new Destination("bob", null), MessageState.Read)), new LiveEvent("weather", null)], seen);
    }

    private static Task<LocalApiException> RefusalAsync(string problem) => Assert.ThrowsAsync<LocalApiException>(
        () => Client(HttpStatusCode.Conflict, problem).OpenChatAsync("bob", TestContext.Current.CancellationToken));

    private static LocalApiClient Client(HttpStatusCode status, string answer, List<string>? asked = null) =>
        new(new HttpClient(new Answering(status, answer, asked ?? [])) { BaseAddress = new Uri("http://127.0.0.1:1") });

    private sealed class Answering(HttpStatusCode status, string answer, List<string> asked) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            asked.Add($"{request.Method} {request.RequestUri!.PathAndQuery}");
            return Task.FromResult(new HttpResponseMessage(status) { Content = new StringContent(answer, Encoding.UTF8, "application/json") });
        }
    }
}
