using System.Net;
using System.Net.Sockets;
using AspireChat.AppHost;
using AspireChat.AppHost.Servers;
using AspireChat.AppHost.Settings;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public class LocalServerTests
{
    [Fact]
    public void Redis_listens_on_loopback_with_a_password_and_an_append_only_file()
    {
        var lines = LocalRedis.Configuration("/data", 15001, "secret").Split('\n');

        Assert.Contains("bind 127.0.0.1", lines);
        Assert.Contains("port 15001", lines);
        Assert.Contains("requirepass secret", lines);
        Assert.Contains("protected-mode yes", lines);
        Assert.Contains("appendonly yes", lines);
        Assert.Contains("dir \"/data\"", lines);
    }

    [Fact]
    public void A_folder_with_a_quote_and_a_backslash_stays_one_argument() =>
        Assert.Contains(@"dir ""/my \""best\\data\""""", LocalRedis.Configuration("/my \"best\\data\"", 1, "x"));

    [Fact]
    public void RabbitMQ_listens_on_loopback_with_a_user_of_its_own()
    {
        var lines = LocalRabbitMq.Configuration(15002, 15003, "secret").Split('\n');

        Assert.Contains("listeners.tcp.1 = 127.0.0.1:15002", lines);
        Assert.Contains("default_user = aspirechat", lines);
        Assert.Contains("frame_max = 32768", lines);
        Assert.Contains("default_pass = secret", lines);
        Assert.Contains("frame_max = 32768", lines);
        Assert.Contains("management.tcp.ip = 127.0.0.1", lines);
        Assert.Contains("management.tcp.port = 15003", lines);
        Assert.DoesNotContain("management", LocalRabbitMq.Configuration(15002, null, "secret"));
    }

    [Fact]
    public void RabbitMQ_shares_nothing_with_another_RabbitMQ_on_the_machine()
    {
        Assert.SkipWhen(LocalProgram.Find("rabbitmq-server", "/usr/lib/rabbitmq/bin") is null, "RabbitMQ comes from containers here.");
        using var folder = new TempFolder("rabbitmq");
        using var data = DataFolder.Open(folder.FullName);

        var server = LocalRabbitMq.Prepare(data, new LoopbackPorts());

        var environment = server.Program.Environment;
        foreach (var own in new[]
        {
            "HOME", "RABBITMQ_PID_FILE", "RABBITMQ_CONFIG_FILE", "RABBITMQ_ADVANCED_CONFIG_FILE", "RABBITMQ_CONF_ENV_FILE",
            "RABBITMQ_ENABLED_PLUGINS_FILE", "RABBITMQ_MNESIA_BASE", "RABBITMQ_LOG_BASE",
        })
        {
            Assert.StartsWith(folder.FullName, environment[own]);
        }

        Assert.Equal("127.0.0.1", environment["ERL_EPMD_ADDRESS"]);
        Assert.NotEqual("4369", environment["ERL_EPMD_PORT"]);
        Assert.Equal(environment["ERL_EPMD_PORT"], server.PortMapper.Environment["ERL_EPMD_PORT"]);
        Assert.Contains("inet_dist_use_interface {127,0,0,1}", environment["RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS"]);

        // Other users can read arguments and environments, and logs may contain them.
        Assert.Empty(server.Program.Arguments);
        Assert.DoesNotContain(environment.Values, value => value.Contains(server.Password, StringComparison.Ordinal));
    }

    [Fact]
    public void Ports_are_different_and_free()
    {
        var ports = new LoopbackPorts();
        var first = ports.Take();
        using var taken = new TcpListener(IPAddress.Loopback, first + 1);
        taken.Start();

        int[] more = [.. Enumerable.Range(0, 20).Select(_ => ports.Take())];

        Assert.DoesNotContain(first + 1, more);
        Assert.Equal(21, more.Append(first).Distinct().Count());
        Assert.All(more, port => Assert.InRange(port, 15_000, 30_999));
    }

    [Fact]
    public void Two_hosts_of_one_process_do_not_choose_the_same_ports()
    {
        // No server listens on them yet: a server takes time to start.
        LoopbackPorts one = new(), other = new();

        int[] both = [.. Enumerable.Range(0, 20).SelectMany(_ => new[] { one.Take(), other.Take() })];

        Assert.Equal(40, both.Distinct().Count());
    }

    [Theory]
    [InlineData("plain text, é and 漢", "plain text, é and 漢")]
    [InlineData("a\tb", "a b")]
    [InlineData("\e[2J\u009b1m\a\0", "�[2J�1m��")]
    public void Control_characters_are_not_passed_on(string text, string expected) =>
        Assert.Equal(expected, Printable.Text(text));
}
