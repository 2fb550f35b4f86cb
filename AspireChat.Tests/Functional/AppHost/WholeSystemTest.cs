using Aspire.Hosting.ApplicationModel;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>A test with a whole system; if it fails, it prints the state of the system.</summary>
public abstract class WholeSystemTest(Func<WholeSystem> whole) : IAsyncDisposable
{
    protected WholeSystem Whole => whole();

    protected Task<ExecuteCommandResult> ExecuteAsync(string resource, string command, params (string Name, string Value)[] arguments) =>
        Whole.ExecuteAsync(resource, command, arguments);

    protected CustomResourceSnapshot Snapshot(string resource) => Whole.Notifications.TryGetCurrentState(resource, out var now)
        ? now.Snapshot
        : throw new InvalidOperationException($"{resource} has no state.");

    protected int Pid(string resource) => (int)Snapshot(resource).Properties.Single(property => property.Name == "executable.pid").Value!;

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await Whole.DiagnoseAsync());
        }
    }
}
