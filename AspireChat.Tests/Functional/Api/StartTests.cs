using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

public sealed partial class StartTests : IDisposable
{
    // No server listens there; a start can fail without one.
    private const string NoRedis = "127.0.0.1:1,abortConnect=false";

    // The machine may have a developer certificate or a client of the same name in the real home.
    private readonly TempFolder _home = new("home");

    public void Dispose() => _home.Dispose();

    [Theory]
    [InlineData("", "Chat:Name is not set: start the client with your user name, for example --name alice")]
    [InlineData("Alice Smith", "Chat:Name is 'Alice Smith', which is not a name. A name is 1 to 32 of")]
    [InlineData("../x", "Chat:Name is '../x', which is not a name.")]
    public Task A_service_without_a_valid_name_ends_with_a_clear_message(string name, string sentence) =>
        ExpectRefusalAsync(name, sentence);

    [Theory]
    [InlineData("Chat:OpenTimeout", "01:00:00", "The field Chat:OpenTimeout must be between")]
    [InlineData("Chat:OpenTimeout", "soon", "Failed to convert configuration value 'soon' at 'Chat:OpenTimeout'")]
    [InlineData("Chat:AcceptChats", "perhaps", "Failed to convert configuration value 'perhaps' at 'Chat:AcceptChats'")]
    [InlineData("Chat:ApiToken", "two words", "Chat:ApiToken may contain only letters, digits and")]
    [InlineData("Chat:DataDirectory", "/proc/nothing", "The data directory /proc/nothing ")]
    [InlineData("Chat:NameServer:Lease", "00:00:02", "Chat:NameServer:")]
    [InlineData("Chat:Broker:OtherNodes", "rabbit2,amqp://rabbit3", "Chat:Broker:OtherNodes names 'amqp://rabbit3'")]
    [InlineData("ConnectionStrings:rabbitmq", "localhost:5672", "ConnectionStrings:rabbitmq is not one address such as")]
    [InlineData("ConnectionStrings:rabbitmq", "amqp://a:b@rabbit1,rabbit2:5672", "ConnectionStrings:rabbitmq is not one address such as")]
    public Task The_message_names_a_wrong_setting_by_its_path(string setting, string value, string sentence) =>
        ExpectRefusalAsync("alice", sentence, (setting, value));

    [Fact]
    public async Task A_read_only_home_ends_the_start_with_a_clear_message()
    {
        await using var client = Run("alice", [], NoRedis, dataHome: "/proc/nothing");

        await ExpectRefusalAsync(client, "The data directory /proc/nothing/AspireChat/alice ");
    }

    [Theory]
    [InlineData("nonsense", "The web address (--urls) is not valid:")]
    [InlineData("http://192.0.2.1:80", "The web address cannot be used")]
    [InlineData("https://127.0.0.1:0", "There is no certificate for an https web address")]
    public async Task An_unusable_web_address_ends_the_start(string urls, string sentence)
    {
        await using var client = Run("alice", ["--urls", urls], NoRedis);

        await ExpectRefusalAsync(client, sentence);
    }

    [Fact]
    public async Task A_web_port_in_use_ends_the_start_with_a_clear_message()
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        await using var client = Run("alice", ["--urls", $"http://{other.LocalEndpoint}"], NoRedis);

        await ExpectRefusalAsync(client, "The web address is in use by another program; choose another one with --urls");
    }

    [Fact]
    public async Task A_client_without_a_configured_name_server_ends_with_a_clear_message()
    {
        await using var client = Run("alice", [], redis: null);

        await ExpectRefusalAsync(client, "ConnectionStrings:redis is not set");
    }

    [Fact]
    public async Task Help_lists_the_settings()
    {
        await using var client = Run("alice", ["--help"], redis: null);

        Assert.Equal(0, await client.WaitForExitAsync());
        Assert.Contains("--ConnectionStrings:redis", client.Output, StringComparison.Ordinal);
        Assert.Equal("", client.Errors);
    }

    [Fact]
    public async Task A_service_prints_the_address_and_the_token_of_its_API()
    {
        await using var redis = await RedisServer.StartAsync();
        using var folder = new TempFolder("alice");
        await using var client = Run("alice", ["--Chat:DataDirectory", folder.FullName], redis.ConnectionString);

        var line = await Until.Value(
            "alice's client prints the address of its API", () => Task.FromResult(ApiLine().Match(client.Output)), match => match.Success);

        using var http = new HttpClient { BaseAddress = new Uri(line.Groups["url"].Value) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", line.Groups["token"].Value);
        using var answer = await http.GetAsync("/api/me", TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("127.0.0.1", http.BaseAddress.Host);
    }

    [Fact]
    public async Task A_configured_token_is_not_printed()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice");

        // The API may answer before its line has come through the pipe.
        await Until.Value(
            "alice's client prints the address of its API",
            () => Task.FromResult(alice.Process.Output),
            said => said.Contains($"alice: API {alice.BaseAddress.ToString().TrimEnd('/')}", StringComparison.Ordinal));
        Assert.DoesNotContain(alice.Token, alice.Process.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Further_host_names_can_be_allowed()
    {
        await using var system = await ChatSystem.StartAsync();
        var alice = await system.StartProgramAsync("alice", ("Chat:ApiHosts", "chat.example, alice.local"));

        Assert.Equal(HttpStatusCode.OK, await StatusUnderAsync(alice, "chat.example"));
        Assert.Equal(HttpStatusCode.OK, await StatusUnderAsync(alice, "Alice.Local:8080"));
        Assert.Equal(HttpStatusCode.MisdirectedRequest, await StatusUnderAsync(alice, "evil.example"));
    }

    private static async Task<HttpStatusCode> StatusUnderAsync(ChatClientProcess client, string host)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/api/me");
        request.Headers.Host = host;
        using var answer = await client.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }

    private async Task ExpectRefusalAsync(string name, string sentence, params (string Key, string Value)[] settings)
    {
        using var folder = new TempFolder("refused");
        await using var client = Run(
            name, settings.SelectMany(setting => new[] { $"--{setting.Key}", setting.Value }), NoRedis, folder.FullName);

        await ExpectRefusalAsync(client, sentence);
    }

    private static async Task ExpectRefusalAsync(TestProcess client, string sentence)
    {
        Assert.Equal(1, await client.WaitForExitAsync());

        Assert.StartsWith(sentence, client.Errors, StringComparison.Ordinal);
        Assert.Single(client.Errors.Split('\n'));
        Assert.DoesNotContain("   at ", client.Output, StringComparison.Ordinal);
    }

    private TestProcess Run(
        string name, IEnumerable<string> arguments, string? redis, string? dataDirectory = null, string? dataHome = null)
    {
        Dictionary<string, string?> environment = new()
        {
            ["ConnectionStrings__redis"] = redis,
            ["Chat__DataDirectory"] = dataDirectory,
            ["XDG_DATA_HOME"] = dataHome,
            ["HOME"] = _home.FullName,
        };
        return TestProcess.Start(
            "client", "dotnet", [Path.Combine(AppContext.BaseDirectory, "AspireChat.Client.dll"), "--name", name, .. arguments], environment);
    }

    [GeneratedRegex(@"^alice: API (?<url>http://127\.0\.0\.1:\d+)  token (?<token>[A-Za-z0-9_-]{43})$", RegexOptions.Multiline)]
    private static partial Regex ApiLine();
}
