using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Terminal;

/// <summary>The menu in a real terminal: a pseudo-terminal made by <c>script</c>, which also keeps every byte written to it.</summary>
public sealed partial class TerminalTests(SharedRabbitMq broker)
{
    private const string Script = "/usr/bin/script";

    [Fact]
    public async Task Two_users_chat_and_no_message_acts_as_a_terminal_command()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "There is no 'script' to make a terminal with.");
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob");
        await using var alice = await PtyClient.StartAsync("alice", system.Redis.ConnectionString);
        await alice.ShowsAsync("Your choice:");

        // A half-typed line survives an arriving message; opening a conversation shows who is online.
        await alice.TypeAsync("1\r");
        await alice.ShowsAsync("online");
        await alice.TypeAsync("bob\r");
        await alice.ShowsAsync("Chat with bob");
        await alice.TypeAsync("hello bob, no exit\r");
        var heard = await Until.Value("bob has alice's message", () => bob.Api.MessagesAsync("alice"), all => all.Count == 1);
        Assert.Equal("hello bob, no exit", heard[0].Text);
        await bob.Api.MarkReadAsync("alice");
        await alice.ShowsAsync("✓✓");

        string[] attacks =
        [
            "\e[2J", "\e[?1000h", "\e]52;c;aGFja2Vk\a", "\e]8;;http://evil.example\e\\x\e]8;;\e\\", "\u009B2J", "\u202Eevil",
            "\a\b\0\r\n\t\u007F", "split \e", "[2J over two", "a" + new string('\u0301', 5_000), "[red]markup[/]", "\e[?1049h",
        ];
        foreach (var attack in attacks)
        {
            await bob.Api.SendAsync("alice", attack);
        }

        await bob.Api.SendAsync("alice", "the end");
        await alice.ShowsAsync("the end");

        // The history shows the same.
        await alice.TypeAsync("/back\r1\rbob\r");
        await alice.ShowsAsync("the end", times: 2);
        await alice.TypeAsync("/back\r5\r");
        Assert.Equal(0, await alice.Process.WaitForExitAsync());

        var rest = Allowed().Replace(alice.Screen(), "");
        Assert.DoesNotContain(rest, c => char.IsControl(c) || c is (>= '\u202A' and <= '\u202E') or (>= '\u2066' and <= '\u2069'));
        Assert.Contains("␛[2J", rest, StringComparison.Ordinal);
        Assert.Contains("[red]markup[/]", rest, StringComparison.Ordinal);
        Assert.True(rest.Count(c => CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) <= 100);
        await Until.True(
            "the name server does not list alice any more", async () => (await bob.Api.UsersAsync()).All(user => user.Name != "alice"));
    }

    [Fact]
    public async Task Typing_is_traced_from_the_key_press_and_an_open_menu_is_not()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "There is no 'script' to make a terminal with.");
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var system = await ChatSystem.StartAsync();
        var bob = await system.StartProgramAsync("bob", otlp.SettingsFor("bob"));
        await using var alice = await PtyClient.StartAsync("alice", system.Redis.ConnectionString, otlp.SettingsFor("alice"));
        await alice.ShowsAsync("Your choice:");
        await alice.TypeAsync("1\rbob\r");
        await alice.ShowsAsync("Chat with bob");
        await alice.TypeAsync("hello\r");
        await Until.Equal("how many messages of alice bob has", 1, async () => (await bob.Api.MessagesAsync("alice")).Count);
        await bob.Api.MarkReadAsync("alice");
        await alice.ShowsAsync("✓✓");
        await bob.Api.SendAsync("alice", "answer");
        await alice.ShowsAsync("answer");
        await Until.True(
            "bob's client has recorded that alice read the message",
            () => otlp.Spans().Any(span => span is { Service: "bob", Name: "read user" }));
        await alice.TypeAsync("/back\r5\r");
        Assert.Equal(0, await alice.Process.WaitForExitAsync());
        Assert.Equal(0, await bob.TerminateAsync());

        Assert.Equal(
            [
                """
                alice: open chat
                  alice: HMGET chat:claim
                  alice: HMGET chat:peer
                  alice: aspirechat.v1.PeerChat/OpenChat
                    alice: POST
                      bob: POST /aspirechat.v1.PeerChat/OpenChat
                        bob: HMGET chat:claim
                """,
                """
                alice: send user
                  alice: delivered user
                  alice: read user
                  bob: receive user
                """,
                """
                bob: POST /api/chats/{user}/messages
                  bob: send user
                    alice: receive user
                    bob: delivered user
                    bob: read user
                """,
            ],
            otlp.Traces().Values.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_group_message_counts_as_read_when_shown_and_not_when_announced()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "There is no 'script' to make a terminal with.");
        var rabbit = await broker.CreateVirtualHostAsync();
        await using var system = await ChatSystem.StartAsync(rabbit);
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("chess");
        var web = $"http://127.0.0.1:{FreePort.Next()}";
        await using var alice = await PtyClient.StartAsync(
            "alice",
            system.Redis.ConnectionString,
            ("ConnectionStrings__rabbitmq", rabbit),
            ("ASPNETCORE_URLS", web),
            ("Chat__ApiToken", "terminal"));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(web) };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", "terminal");
        var api = new ChatApi(http);
        await alice.ShowsAsync("Your choice:");
        await alice.TypeAsync("2\rchess\r\r");
        await alice.ShowsAsync("Group chess");

        await bob.Api.SendToGroupAsync("chess", "said aloud");
        await alice.ShowsAsync("said aloud");
        await Until.Equal("how many messages alice has not read", 0, UnreadAsync);

        await alice.TypeAsync("/back\r\r");
        await alice.ShowsAsync("1  private chat", times: 2);
        await bob.Api.SendToGroupAsync("chess", "said behind her back");
        await alice.ShowsAsync("said behind her back");
        Assert.Equal(1, await UnreadAsync());

        async Task<int?> UnreadAsync() => (await api.GroupsAsync()).Single().Unread;
    }

    /// <summary>All modes of groups.</summary>
    public static TheoryData<string> Modes => [.. GroupMode.All.Select(mode => mode.Word)];

    [Theory]
    [MemberData(nameof(Modes))]
    public async Task A_group_of_each_mode_is_joined_says_what_it_promises_and_carries_what_is_said(string word)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Script), "There is no 'script' to make a terminal with.");
        var mode = GroupMode.Find(word)!;
        var rabbit = await broker.CreateVirtualHostAsync();
        await using var system = await ChatSystem.StartAsync(rabbit);
        var bob = await system.StartProgramAsync("bob");
        await bob.Api.JoinGroupAsync("chess", mode);
        await bob.Api.SendToGroupAsync("chess", "said before she came");
        await using var alice = await PtyClient.StartAsync("alice", system.Redis.ConnectionString, ("ConnectionStrings__rabbitmq", rabbit));
        await alice.ShowsAsync("Your choice:");
        await alice.TypeAsync("2\rchess\r");
        await alice.ShowsAsync("redis-pubsub");
        await alice.TypeAsync(mode.HasLog ? $"{mode}\ry\r" : $"{mode}\r");
        await alice.ShowsAsync(mode.HasLog ? "Everyone who joins can read everything" : "Each message goes to those");
        if (mode.HasLog)
        {
            await alice.ShowsAsync("said before she came");
        }

        await alice.ShowsAsync($"Group chess, {mode}");
        await alice.TypeAsync("said by alice\r");
        await Until.True("bob has it", async () => (await bob.Api.GroupMessagesAsync("chess")).Any(message => message.Text == "said by alice"));
        await bob.Api.SendToGroupAsync("chess", "answered by bob");
        await alice.ShowsAsync("answered by bob");
    }

    // What the program itself sends to a terminal: line ends, colours, clearing below the cursor, small moves, and what .NET
    // sends when it reads single keys (keypad mode, cursor keys).
    [GeneratedRegex("\r|\n|\t|\e\\[[0-9;]*m|\e\\[J|\e\\[[0-9]+[ACD]|\e[78]|\e\\[\\?1[hl]|\e[=>]")]
    private static partial Regex Allowed();

    private sealed class PtyClient : IAsyncDisposable
    {
        private readonly TempFolder _folder;
        private readonly FileStream _keys;

        private PtyClient(TempFolder folder, TestProcess process, FileStream keys)
        {
            _folder = folder;
            Process = process;
            _keys = keys;
        }

        public TestProcess Process { get; }

        public static async Task<PtyClient> StartAsync(string name, string redis, params IEnumerable<(string Key, string Value)> settings)
        {
            var folder = new TempFolder($"{name}-terminal");
            var client = Path.Combine(AppContext.BaseDirectory, "AspireChat.Client.dll");
            var process = TestProcess.Start(
                $"{name}'s terminal",
                "sh",
                ["-c", $"cd '{folder.FullName}' && mkfifo keys && {Script} -qfec \"stty cols 100 rows 40; dotnet '{client}' --name {name}\" screen < keys"],
                new Dictionary<string, string?>(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value)))
                {
                    ["TERM"] = "xterm-256color",
                    ["LANG"] = "C.UTF-8",
                    ["ConnectionStrings__redis"] = redis,
                    ["Chat__DataDirectory"] = folder.File("data"),
                });

            // Opening a pipe blocks until its other end is open.
            await Until.True("the terminal's pipe for keys exists", () => File.Exists(folder.File("keys")));
            var keys = await Task.Run(() => new FileStream(folder.File("keys"), FileMode.Open, FileAccess.Write, FileShare.ReadWrite)).DefaultTimeout();
            return new PtyClient(folder, process, keys);
        }

        public async Task TypeAsync(string keys)
        {
            await _keys.WriteAsync(Encoding.UTF8.GetBytes(keys), TestContext.Current.CancellationToken);
            await _keys.FlushAsync(TestContext.Current.CancellationToken);
        }

        public Task<string> ShowsAsync(string text, int times = 1) => Until.Value(
            $"the terminal shows '{text}'",
            () => Task.FromResult(Screen()),
            screen => screen.Split(text).Length > times);

        // Everything written to the terminal, without the two lines that script adds.
        public string Screen()
        {
            using var file = new FileStream(_folder.File("screen"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            using var reader = new StreamReader(file, Encoding.UTF8);
            return reader.ReadToEnd();
        }

        public async ValueTask DisposeAsync()
        {
            await Process.DisposeAsync();
            await _keys.DisposeAsync();
            _folder.Dispose();
        }
    }
}
