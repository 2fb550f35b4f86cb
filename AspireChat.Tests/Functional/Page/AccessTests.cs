using System.Net;
using System.Net.Http.Json;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Page;

/// <summary>A browser gets to the page with a fresh code, and from then on with its cookie.</summary>
public sealed class AccessTests
{
    private const string Policy =
        "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; font-src 'self'; "
        + "base-uri 'self'; form-action 'self'; frame-ancestors 'none'";

    private static readonly string[] Doors = ["/", "/_blazor/negotiate?negotiateVersion=1", "/_framework/blazor.web.js", "/page.js"];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_code_opens_the_page_once()
    {
        await using var system = await ChatSystem.StartAsync();
        await using var alice = await InProcessClient.StartAsync("alice", system.Redis.ConnectionString, rabbit: null);
        using var stranger = Browser(alice.BaseAddress);
        foreach (var door in Doors)
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(stranger, door));
        }

        var code = (await alice.Api.MakeLoginCodeAsync()).Code;
        using var browser = Browser(alice.BaseAddress);
        var cookie = await LogInAsync(browser, code, HttpStatusCode.OK);
        Assert.StartsWith("aspirechat-alice=", cookie, StringComparison.Ordinal);
        Assert.Contains("; httponly", cookie, StringComparison.Ordinal);
        Assert.Contains("; samesite=strict", cookie, StringComparison.Ordinal);
        Assert.DoesNotContain(alice.Token, cookie, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/_framework/blazor.web.js"));

        // A second click in the same browser needs no second login.
        Assert.Equal("", await LogInAsync(browser, code, HttpStatusCode.OK));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/"));

        using var second = Browser(alice.BaseAddress);
        await LogInAsync(second, code, HttpStatusCode.Forbidden);
        await LogInAsync(second, "", HttpStatusCode.Forbidden);
        await LogInAsync(second, new string('A', 43), HttpStatusCode.Forbidden);
        Assert.Equal(HttpStatusCode.Unauthorized, await StatusAsync(second, "/"));
        await LogInAsync(second, (await alice.Api.MakeLoginCodeAsync()).Code, HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(second, "/"));
    }

    [Fact]
    public async Task A_call_for_the_next_code_ends_when_the_code_is_used()
    {
        await using var system = await ChatSystem.StartAsync();
        await using var alice = await InProcessClient.StartAsync("alice", system.Redis.ConnectionString, rabbit: null);
        var first = await alice.Api.MakeLoginCodeAsync();
        var next = alice.Api.MakeLoginCodeAsync(first.Code);
        using var browser = Browser(alice.BaseAddress);
        Assert.False(next.IsCompleted);

        await LogInAsync(browser, first.Code, HttpStatusCode.OK);

        await LogInAsync(browser, (await next.DefaultTimeout()).Code, HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_cookie_opens_no_other_users_page_and_outlives_a_restart()
    {
        await using var system = await ChatSystem.StartAsync();
        var clients = await system.StartProgramsAsync("alice", "bob");
        var (alice, bob) = (clients[0], clients[1]);
        using var browser = Browser(alice.BaseAddress);
        var cookie = await LogInAsync(browser, (await alice.Api.MakeLoginCodeAsync()).Code, HttpStatusCode.OK);
        var value = cookie.Split('=', 2)[1].Split(';')[0];

        using var thief = Browser(bob.BaseAddress);
        foreach (var name in new[] { "aspirechat-alice", "aspirechat-bob" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/");
            request.Headers.Add("Cookie", $"{name}={value}");
            using var answer = await thief.SendAsync(request, Cancellation);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        await alice.KillAsync();
        await alice.RestartAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(browser, "/"));
        Assert.DoesNotContain(value, await File.ReadAllTextAsync(Path.Combine(alice.DataDirectory, "page-sessions.json"), Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pages_of_other_origins_and_hosts_are_refused()
    {
        await using var system = await ChatSystem.StartAsync();
        await using var alice = await InProcessClient.StartAsync("alice", system.Redis.ConnectionString, rabbit: null);
        using var browser = Browser(alice.BaseAddress);
        await LogInAsync(browser, (await alice.Api.MakeLoginCodeAsync()).Code, HttpStatusCode.OK);
        foreach (var path in Doors.Append("/login"))
        {
            foreach (var origin in new[] { "http://evil.example", "null", "http://127.0.0.1:1", $"https://127.0.0.1:{alice.BaseAddress.Port}" })
            {
                using var foreign = new HttpRequestMessage(HttpMethod.Post, path) { Content = JsonContent.Create(new { code = "x" }) };
                foreign.Headers.Add("Origin", origin);
                using var refused = await browser.SendAsync(foreign, Cancellation);
                Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
            }

            using var misdirected = new HttpRequestMessage(HttpMethod.Get, path);
            misdirected.Headers.Host = "evil.example";
            using var answer = await browser.SendAsync(misdirected, Cancellation);
            Assert.Equal(HttpStatusCode.MisdirectedRequest, answer.StatusCode);
        }

        using var own = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        own.Headers.Add("Origin", alice.BaseAddress.GetLeftPart(UriPartial.Authority));
        using var accepted = await browser.SendAsync(own, Cancellation);
        Assert.Equal(HttpStatusCode.OK, accepted.StatusCode);
    }

    [Fact]
    public async Task Every_answer_of_the_page_states_the_policy()
    {
        await using var system = await ChatSystem.StartAsync();
        await using var alice = await InProcessClient.StartAsync("alice", system.Redis.ConnectionString, rabbit: null);
        using var browser = Browser(alice.BaseAddress);
        await AssertPolicyAsync(browser, "/");
        await AssertPolicyAsync(browser, "/login");
        await LogInAsync(browser, (await alice.Api.MakeLoginCodeAsync()).Code, HttpStatusCode.OK);
        foreach (var path in Doors.Append("/nothing"))
        {
            await AssertPolicyAsync(browser, path);
        }
    }

    private static HttpClient Browser(Uri address) => new(new SocketsHttpHandler { UseProxy = false, ActivityHeadersPropagator = null }) { BaseAddress = address };

    private static async Task<HttpStatusCode> StatusAsync(HttpClient browser, string path)
    {
        using var answer = path.StartsWith("/_blazor", StringComparison.Ordinal)
            ? await browser.PostAsync(path, content: null, Cancellation)
            : await browser.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private static async Task AssertPolicyAsync(HttpClient browser, string path)
    {
        using var answer = await browser.GetAsync(path, Cancellation);
        Assert.Equal([Policy], answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Equal(["no-referrer"], answer.Headers.GetValues("Referrer-Policy"));
    }

    private static async Task<string> LogInAsync(HttpClient browser, string code, HttpStatusCode expected)
    {
        using var answer = await browser.PostAsJsonAsync("/login", new { code }, Cancellation);
        Assert.Equal(expected, answer.StatusCode);
        return answer.Headers.TryGetValues("Set-Cookie", out var cookies) ? Assert.Single(cookies) : "";
    }
}
