extern alias apphost;

using System.Diagnostics;
using apphost::AspireChat.AppHost.Native;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost.Native;

public class NativeHostPartsTests
{
    [Fact]
    public void The_command_to_join_is_one_that_a_shell_reads_back()
    {
        var settings = new Dictionary<string, string>
        {
            ["ConnectionStrings__redis"] = "127.0.0.1:15001,password=x y",
            ["ConnectionStrings__rabbitmq"] = "amqp://a:b@127.0.0.1:15002",
        };

        var command = SystemTable.JoinCommand("finn", settings, "it's here/AspireChat.Client");

        Assert.Equal(
            """
              ConnectionStrings__rabbitmq=amqp://a:b@127.0.0.1:15002 \
              ConnectionStrings__redis='127.0.0.1:15001,password=x y' \
              OTEL_SERVICE_NAME=finn \
              dotnet run --project 'it'\''s here/AspireChat.Client' -- --name finn
            """,
            command);
    }

    [Fact]
    public void Lines_of_children_stand_behind_their_names()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var console = new HostConsole(output, colours: false);
        console.Expect(["ann", "rabbitmq"]);

        console.Log("ann", "hello \e[31m");
        console.Log("rabbitmq", "ready");

        Assert.Equal("ann      | hello �[31m\nrabbitmq | ready\n", output.ToString());
    }

    [Fact]
    public void Colours_end_behind_the_name()
    {
        using var output = new StringWriter { NewLine = "\n" };
        var console = new HostConsole(output, colours: true);
        console.Expect(["ann"]);

        console.Log("ann", "hello");

        Assert.Equal("\e[36mann |\e[0m hello\n", output.ToString());
    }

    [Fact]
    public void A_process_is_known_by_its_id_and_its_start()
    {
        var start = ProcessTable.StartOf(Environment.ProcessId);

        Assert.NotNull(start);
        Assert.Equal(start, ProcessTable.StartOf(Environment.ProcessId));
    }

    [Fact]
    public void What_has_ended_is_not_there_any_more()
    {
        using var process = Process.Start("true");
        process.WaitForExit();

        Assert.Null(ProcessTable.StartOf(process.Id));
        Assert.Empty(ProcessTable.InSession(process.Id));
    }
}
