extern alias apphost;

using System.Diagnostics;
using System.Globalization;
using apphost::AspireChat.AppHost.Servers;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public sealed class EarlierRunTests : IDisposable
{
    private readonly TempFolder _folder = new("earlier");

    [Fact]
    public async Task A_server_that_still_runs_is_waited_for()
    {
        using var server = Start();
        var wait = Task.Run(() => EarlierRun.WaitForEnd("cat", Write(server.Id)), TestContext.Current.CancellationToken);

        Assert.False(wait.IsCompleted);
        server.StandardInput.Close(); // It ends now.
        await wait.DefaultTimeout();
        Assert.True(server.HasExited);
    }

    [Fact]
    public async Task Somebody_else_who_has_its_process_id_by_now_is_not()
    {
        using var other = Start();

        await Task.Run(() => EarlierRun.WaitForEnd("redis-server", Write(other.Id)), TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.False(other.HasExited);
        other.Kill();
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("2147483647")]
    public async Task A_file_that_names_no_process_is_passed_over(string content)
    {
        await File.WriteAllTextAsync(PidFile, content, TestContext.Current.CancellationToken);

        await Task.Run(() => EarlierRun.WaitForEnd("cat", PidFile), TestContext.Current.CancellationToken).DefaultTimeout();
    }

    [Fact]
    public async Task So_is_one_that_is_not_there() =>
        await Task.Run(() => EarlierRun.WaitForEnd("cat", PidFile), TestContext.Current.CancellationToken).DefaultTimeout();

    public void Dispose() => _folder.Dispose();

    private string PidFile => _folder.File("server.pid");

    private static Process Start() => Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;

    private string Write(int pid)
    {
        File.WriteAllText(PidFile, pid.ToString(CultureInfo.InvariantCulture) + "\n");
        return PidFile;
    }
}
