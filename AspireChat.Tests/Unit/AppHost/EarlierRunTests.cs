using System.Diagnostics;
using System.Globalization;
using AspireChat.AppHost.Settings;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public sealed class EarlierRunTests : IDisposable
{
    private readonly TempFolder _folder = new("earlier");

    private string PidFile => _folder.File("server.pid");

    private string LockFile => _folder.File("lock");

    [Fact]
    public async Task The_host_waits_for_a_server_that_still_runs()
    {
        using var server = Start();
        WritePid(server);
        var (waits, hadEnded) = Wait(() => EarlierRun.WaitForProcess("cat", PidFile), () => server.HasExited);

        await waits;
        server.StandardInput.Close(); // It ends now.

        Assert.True(await hadEnded);
    }

    [Fact]
    public async Task The_host_does_not_wait_for_another_process_with_that_id()
    {
        using var other = Start();
        WritePid(other);

        await Task.Run(() => EarlierRun.WaitForProcess("redis-server", PidFile), TestContext.Current.CancellationToken).DefaultTimeout();

        Assert.False(other.HasExited);
        other.Kill();
    }

    [Theory]
    [InlineData("")]
    [InlineData("soon")]
    [InlineData("-1")]
    [InlineData("2147483647")]
    [InlineData(null)]
    public async Task A_file_that_names_no_process_is_ignored(string? content)
    {
        if (content is not null)
        {
            await File.WriteAllTextAsync(PidFile, content, TestContext.Current.CancellationToken);
        }

        await Task.Run(() => EarlierRun.WaitForProcess("cat", PidFile), TestContext.Current.CancellationToken).DefaultTimeout();
    }

    [Fact]
    public async Task The_host_waits_for_a_client_that_still_holds_its_folder()
    {
        var held = new FileStream(LockFile, FileMode.Create, FileAccess.ReadWrite, FileShare.None);
        var isReleased = false;
        var (waits, wasReleased) = Wait(() => EarlierRun.WaitForLock("alice's client", LockFile), () => Volatile.Read(ref isReleased));

        await waits;
        Volatile.Write(ref isReleased, true);
        await held.DisposeAsync();

        Assert.True(await wasReleased);
    }

    [Fact]
    public async Task The_host_does_not_wait_for_a_folder_that_no_client_holds()
    {
        await Task.Run(() => EarlierRun.WaitForLock("alice's client", LockFile), TestContext.Current.CancellationToken).DefaultTimeout();
        await File.WriteAllTextAsync(LockFile, "", TestContext.Current.CancellationToken);
        await Task.Run(() => EarlierRun.WaitForLock("alice's client", LockFile), TestContext.Current.CancellationToken).DefaultTimeout();
    }

    public void Dispose() => _folder.Dispose();

    // Waits on a thread of its own. Begins completes when it starts, Result with whether it was over on return.
    private static (Task Begins, Task<bool> Result) Wait(Action wait, Func<bool> isOver)
    {
        var begins = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var result = Task.Factory.StartNew(
            () =>
            {
                begins.SetResult();
                wait();
                return isOver();
            },
            TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        return (begins.Task, result.DefaultTimeout());
    }

    private static Process Start() => Process.Start(new ProcessStartInfo("cat") { RedirectStandardInput = true })!;

    private void WritePid(Process process) => File.WriteAllText(PidFile, process.Id.ToString(CultureInfo.InvariantCulture) + "\n");
}
