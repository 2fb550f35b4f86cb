using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

public sealed class RefusalTests(AliceAndBob clients) : IClassFixture<AliceAndBob>
{
    private const string Messages = "/api/chats/bob/messages";

    private static readonly string TwoHundred = new('a', 200);

    [Theory]
    [InlineData("Alice%20Smith")]
    [InlineData("..%2Fx")]
    [InlineData("%1B%5B2J")]
    [InlineData("b%C3%B6b")]
    [InlineData("-bob")]
    [InlineData("a.b")]
    [InlineData("*")]
    public async Task An_invalid_name_is_refused_with_the_rule(string name)
    {
        await ExpectRuleAsync(name);
    }

    [Fact]
    public Task A_name_of_two_hundred_characters_is_refused_with_the_rule() => ExpectRuleAsync(TwoHundred);

    [Theory]
    [InlineData("POST", "/api/chats/", 400)]
    [InlineData("POST", "/api/chats//messages", 404)]
    [InlineData("GET", "/api/chats//messages", 404)]
    [InlineData("GET", "/api", 404)]
    [InlineData("GET", "/api/nothing", 404)]
    [InlineData("GET", "/nothing", 404)]
    [InlineData("PUT", "/api/me", 405)]
    [InlineData("DELETE", Messages, 405)]
    [InlineData("POST", "/api/chats/alice", 400)]
    [InlineData("POST", "/api/chats/nobody", 404)]
    [InlineData("POST", "/api/chats/bob/accept", 404)]
    [InlineData("POST", "/api/chats/nobody/decline", 404)]
    [InlineData("POST", "/api/chats/nobody/read", 404)]
    [InlineData("GET", "/api/chats/nobody/messages", 404)]
    [InlineData("GET", Messages + "?limit=0", 400)]
    [InlineData("GET", Messages + "?limit=10001", 400)]
    [InlineData("GET", Messages + "?limit=-1", 400)]
    [InlineData("GET", Messages + "?limit=ten", 400)]
    [InlineData("GET", Messages + "?limit=99999999999999", 400)]
    [InlineData("GET", Messages + "?before=x", 400)]
    [InlineData("GET", Messages + "?before=01890a5d-ac96-774b-bcce-b302099a8057", 404)]
    [InlineData("GET", "/api/users?limit=0", 400)]
    [InlineData("GET", "/api/users?limit=1001", 400)]
    [InlineData("GET", "/api/users?limit=ten", 400)]
    [InlineData("GET", "/api/users?after=", 400)]
    [InlineData("GET", "/api/users?after=a.b", 400)]
    [InlineData("GET", "/api/search", 400)]
    [InlineData("GET", "/api/search?q=", 400)]
    [InlineData("GET", "/api/search?q=%20%09", 400)]
    [InlineData("GET", "/api/search?q=%00", 400)]
    [InlineData("GET", "/api/search?q=%22*%22%20-", 400)]
    [InlineData("GET", "/api/search?q=hi&limit=0", 400)]
    [InlineData("GET", "/api/search?q=hi&limit=10001", 400)]
    [InlineData("GET", "/api/groups/never/members", 404)]
    [InlineData("GET", "/api/groups/a.b/members", 400)]
    public Task An_unknown_path_or_method_is_refused(string method, string path, int status) =>
        ExpectAsync(status, new HttpRequestMessage(new HttpMethod(method), path));

    [Fact]
    public async Task A_query_of_more_than_two_hundred_characters_is_refused_with_the_limit()
    {
        var problem = await ExpectAsync(400, new HttpRequestMessage(HttpMethod.Get, $"/api/search?q=a{TwoHundred}"));
        Assert.Equal("The query has 201 characters; at most 200 are allowed.", problem.Detail);
        Assert.Empty(await clients.Alice.Api.SearchAsync(TwoHundred));
    }

    [Theory]
    [InlineData("", 400)]
    [InlineData("{}", 400)]
    [InlineData("[]", 400)]
    [InlineData("""["text"]""", 400)]
    [InlineData("""{"text":5}""", 400)]
    [InlineData("""{"text":null}""", 400)]
    [InlineData("""{"text":""}""", 400)]
    [InlineData("""{"text":"\ud800"}""", 400)]
    [InlineData("""{"text":"a","text":"b"}""", 400)]
    [InlineData("text=hello", 400)]
    public Task A_body_that_is_not_a_message_is_refused(string body, int status) =>
        ExpectAsync(status, Post(Encoding.UTF8.GetBytes(body)));

    [Fact]
    public Task A_body_that_is_not_UTF_8_is_refused() => ExpectAsync(400, Post([.. "{\"text\":\""u8, 0xC3, 0x28, .. "\"}"u8]));

    [Fact]
    public Task A_text_of_seventeen_kibibytes_is_too_long() =>
        ExpectAsync(413, Post(Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 17 * 1024)}}"}""")));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_beyond_the_limit_is_too_large(bool isChunked)
    {
        var request = Post(Encoding.UTF8.GetBytes($$"""{"text":"{{new string('x', 200 * 1024)}}"}"""));
        request.Headers.TransferEncodingChunked = isChunked;

        await ExpectAsync(413, request);
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("application/json; charset=iso-8859-1")]
    [InlineData(null)]
    public Task A_body_without_the_JSON_content_type_is_refused(string? contentType)
    {
        var request = Post("""{"text":"hello"}"""u8.ToArray());
        request.Content!.Headers.ContentType = contentType is null ? null : MediaTypeHeaderValue.Parse(contentType);

        return ExpectAsync(415, request);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer wrong")]
    [InlineData("Bearer")]
    [InlineData("Basic YWxpY2U6YWxpY2U=")]
    public async Task Every_call_without_the_token_is_refused(string? authorization)
    {
        using var http = clients.Alice.CreateHttpClient();
        foreach (var path in new[] { "/api/me", "/api/events", "/api/nothing" })
        {
            var request = new HttpRequestMessage(HttpMethod.Get, path);
            if (authorization is not null)
            {
                request.Headers.TryAddWithoutValidation("Authorization", authorization);
            }

            await ExpectAsync(401, request, http, answer => Assert.Equal("Bearer", answer.Headers.WwwAuthenticate.Single().Scheme));
        }
    }

    [Fact]
    public async Task Another_clients_token_is_refused()
    {
        using var http = clients.Alice.CreateHttpClient();
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", clients.Bob.Token);

        await ExpectAsync(401, new HttpRequestMessage(HttpMethod.Get, "/api/me"), http);
    }

    [Theory]
    [InlineData("evil.example", "/api/me")]
    [InlineData("evil.example", "/health")]
    [InlineData("evil.example", "/alive")]
    [InlineData("evil.example", "/")]
    [InlineData("localhost.evil.example", "/api/me")]
    [InlineData("127.0.0.2", "/api/me")]
    public Task Every_call_under_a_foreign_host_name_is_refused(string host, string path)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Host = host;

        return ExpectAsync(421, request);
    }

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:1")]
    [InlineData("127.0.0.1:65535")]
    [InlineData("[::1]:80")]
    public async Task The_clients_host_names_are_accepted_with_any_port(string host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Host = host;

        using var answer = await clients.Alice.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("http://evil.example")]
    [InlineData("https://127.0.0.1")]
    [InlineData("http://127.0.0.1:1")]
    [InlineData("null")]
    public Task A_page_of_another_origin_is_refused(string origin)
    {
        var request = Post("""{"text":"hello"}"""u8.ToArray());
        request.Headers.Add("Origin", origin);

        return ExpectAsync(403, request);
    }

    [Fact]
    public async Task The_clients_origin_is_accepted()
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Add("Origin", clients.Alice.BaseAddress.GetLeftPart(UriPartial.Authority));

        using var answer = await clients.Alice.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Theory]
    [InlineData("text/html")]
    [InlineData("image/png")]
    public Task A_refusal_is_a_problem_document_whatever_the_caller_accepts(string accept)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/chats/nobody/messages");
        request.Headers.Add("Accept", accept);

        return ExpectAsync(404, request);
    }

    [Theory]
    [InlineData("")]
    [InlineData("5f")]
    [InlineData("zz3456789012345678901234567890123456789012345678901234567890abcd")]
    public Task An_invalid_fingerprint_cannot_be_trusted(string fingerprint) => ExpectAsync(
        400,
        new HttpRequestMessage(HttpMethod.Post, "/api/chats/bob/trust") { Content = JsonContent.Create(new { fingerprint }) });

    private async Task ExpectRuleAsync(string name)
    {
        foreach (var path in new[] { "", "/accept", "/decline", "/read" })
        {
            var problem = await ExpectAsync(400, new HttpRequestMessage(HttpMethod.Post, $"/api/chats/{name}{path}"));
            Assert.StartsWith("A name is 1 to 32 of", problem.Detail, StringComparison.Ordinal);
        }

        var send = Post("""{"text":"hello"}"""u8.ToArray());
        send.RequestUri = new Uri($"/api/chats/{name}/messages", UriKind.Relative);
        await ExpectAsync(400, send);
    }

    private static HttpRequestMessage Post(byte[] body) => new(HttpMethod.Post, Messages)
    {
        Content = new ByteArrayContent(body) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } },
    };

    // A refusal is a problem document with one sentence and no internals, and the client still works.
    private async Task<Problem> ExpectAsync(
        int status, HttpRequestMessage request, HttpClient? http = null, Action<HttpResponseMessage>? also = null)
    {
        using var answer = await (http ?? clients.Alice.Http).SendAsync(request, TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal("application/problem+json", answer.Content.Headers.ContentType?.MediaType);
        var problem = await answer.Content.ReadFromJsonAsync<Problem>(LocalApiJson.Options, TestContext.Current.CancellationToken);
        Assert.Equal(status, problem!.Status);
        Assert.False(string.IsNullOrWhiteSpace(problem.Type));
        Assert.False(string.IsNullOrWhiteSpace(problem.Title));
        Assert.EndsWith(".", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", problem.Detail, StringComparison.Ordinal);
        Assert.DoesNotContain("AspireChat.Client.", problem.Detail, StringComparison.Ordinal);

        Assert.Equal("alice", (await clients.Alice.Api.MeAsync()).Name);
        Assert.Empty(await clients.Alice.Api.MessagesAsync("bob"));
        also?.Invoke(answer);
        return problem;
    }
}
