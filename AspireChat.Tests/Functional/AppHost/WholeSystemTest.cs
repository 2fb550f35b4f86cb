using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>A test against a whole system; if it fails, it tells in which state the system was.</summary>
public abstract class WholeSystemTest(Func<WholeSystem> whole) : IAsyncDisposable
{
    protected WholeSystem Whole => whole();

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
        {
            TestContext.Current.TestOutputHelper?.WriteLine(await Whole.DiagnoseAsync());
        }
    }
}
