extern alias apphost;

using System.Globalization;
using System.Threading.Channels;
using apphost::AspireChat.AppHost.Local;
using apphost::AspireChat.AppHost.Native;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost.Native;

/// <summary>Commands to programs that do nothing.</summary>
public sealed class HostCommandsTests : IAsyncDisposable
{
    private static readonly LocalProgram Sleep = new("ann", "/bin/sleep", ["600"], new Dictionary<string, string>(), "/");

    private readonly TempFolder _folder = new("commands");
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly DataFolder _data;
    private readonly Children _children;
    private readonly HostConsole _console;
    private readonly Resource _ann;
    private readonly Resource _ben;
    private readonly TaskCompletionSource _benAnswers = new();
    private readonly List<string> _faults = [];

    public HostCommandsTests()
    {
        _data = DataFolder.Open(_folder.FullName);
        _console = new HostConsole(_output, colours: false);
        _children = new Children(_console, new PidFiles(_data));
        _ann = ResourceOf(Sleep, () => true);
        _ben = ResourceOf(Sleep with { Name = "ben" }, () => _benAnswers.Task.IsCompleted);
    }

    public async ValueTask DisposeAsync()
    {
        await _ann.StopAsync();
        await _ben.StopAsync();
        Assert.Empty(Directory.GetFiles(_data.Folder("run")));
        _data.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("start NAME, stop NAME, restart NAME, and kill NAME, which is kill -9. An empty line shows the table.\nThe names: ann, ben.", "help")]
    [InlineData("the table", "")]
    [InlineData("the table", "   ")]
    [InlineData("'launch' is not known here: type help.", "launch ann")]
    [InlineData("'help' is not known here: type help.", "help me")]
    [InlineData("'\uFFFD[2J' is not known here: type help.", "\e[2J")]
    [InlineData("'start' needs one name: ann, ben.", "start")]
    [InlineData("'stop' needs one name: ann, ben.", "stop ann ben")]
    [InlineData("There is no 'cem' here: the names are ann, ben.", "kill cem")]
    [InlineData("ann does not run; 'start ann' starts it.", " stop\tann ")]
    [InlineData("ann does not run; 'start ann' starts it.", "kill ann")]
    [InlineData("ann does not run; 'start ann' starts it.", "KILL Ann")]
    [InlineData("ann does not run; 'start ann' starts it.", "restart ann")]
    public async Task What_makes_no_sense_is_answered_with_a_sentence(string answer, string line)
    {
        await ObeyAsync(line);

        Assert.Equal(answer + "\n", _output.ToString());
    }

    [Fact]
    public async Task Commands_to_one_resource_run_in_order()
    {
        await ObeyAsync("start ann", "start ann", "restart ann", "stop ann", "stop ann", "start ann", "kill ann");

        Assert.Matches(
            """
            ^ann runs at http://ann/\.
            ann runs already; 'restart ann' starts it anew\.
            ann was restarted and runs at http://ann/\.
            ann was stopped; 'start ann' brings it back\.
            ann does not run; 'start ann' starts it\.
            ann runs at http://ann/\.
            ann was killed \(process \d+\); 'start ann' brings it back\.
            $
            """,
            _output.ToString());
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task A_command_that_fails_says_why_and_the_next_one_is_obeyed()
    {
        var run = _data.Folder("run");
        Directory.Delete(run);
        await ObeyAsync("start ann");
        Directory.CreateDirectory(run);
        await ObeyAsync("restart ann", "stop ann");

        var answers = _output.ToString().TrimEnd().Split('\n');
        Assert.StartsWith($"ann was started, but {run} cannot be written", answers[0], StringComparison.Ordinal);
        Assert.Equal(["ann was restarted and runs at http://ann/.", "ann was stopped; 'start ann' brings it back."], answers[1..]);
    }

    [Fact]
    public async Task However_many_lines_are_piped_in_each_is_answered()
    {
        await ObeyAsync([.. Enumerable.Repeat("stop ann", 500)]);

        Assert.Equal(
            Enumerable.Repeat("ann does not run; 'start ann' starts it.", 500), _output.ToString().TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task A_command_that_takes_long_does_not_keep_those_to_others_waiting()
    {
        var lines = Channel.CreateUnbounded<string>();
        using var stopping = new CancellationTokenSource();
        var commands = Commands().RunAsync(lines.Reader, stopping.Token);
        await lines.Writer.WriteAsync("start ben", TestContext.Current.CancellationToken);
        await lines.Writer.WriteAsync("start ann", TestContext.Current.CancellationToken);
        await Until.Equal("ann runs", "ann runs at http://ann/.\n", () => Task.FromResult(_output.ToString()));

        _benAnswers.SetResult();
        lines.Writer.Complete();
        await commands.DefaultTimeout();
        Assert.Equal("ann runs at http://ann/.\nben runs at http://ben/.\n", _output.ToString());
    }

    [Fact]
    public async Task A_stop_calls_off_what_is_not_done()
    {
        var lines = Channel.CreateUnbounded<string>();
        using var stopping = new CancellationTokenSource();
        var commands = Commands().RunAsync(lines.Reader, stopping.Token);
        foreach (var line in new[] { "start ben", "stop ben", "start ben" })
        {
            await lines.Writer.WriteAsync(line, TestContext.Current.CancellationToken);
        }

        await Until.True("ben begins", () => _ben.State == ChildState.Running);
        await stopping.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => commands).DefaultTimeout();
        Assert.Equal("", _output.ToString());
    }

    [Fact]
    public async Task What_ends_unasked_is_a_fault_and_can_be_started_again()
    {
        await ObeyAsync("start ann");
        var noted = Path.GetFileNameWithoutExtension(Assert.Single(Directory.GetFiles(_data.Folder("run"))));
        ProcessTable.Signal(int.Parse(noted, CultureInfo.InvariantCulture), ProcessTable.SigKill);

        await Until.Sequence(
            "the fault is told", ["ann has ended with exit code 137; its last lines are above."], () => Task.FromResult(_faults.AsEnumerable()));
        Assert.Equal(ChildState.Ended, _ann.State);
        await ObeyAsync("start ann", "stop ann");
        Assert.Equal(ChildState.Stopped, _ann.State);
        Assert.Single(_faults);
    }

    private Resource ResourceOf(LocalProgram program, Func<bool> answers) => new(program, _children)
    {
        Address = new Uri($"http://{program.Name}"),
        Answers = _ => Task.FromResult(answers()),
        StartDeadline = Until.Patience,
        StopPatience = Until.Patience,
        OnFault = fault =>
        {
            _faults.Add(fault.Message);
            return Task.CompletedTask;
        },
    };

    private HostCommands Commands() => new([_ann, _ben], _console, () => _console.Say("the table"));

    private Task ObeyAsync(params string[] lines)
    {
        var channel = Channel.CreateUnbounded<string>();
        Assert.All(lines, line => Assert.True(channel.Writer.TryWrite(line)));
        channel.Writer.Complete();
        return Commands().RunAsync(channel.Reader, TestContext.Current.CancellationToken).DefaultTimeout();
    }
}
