using AspireChat.Client.Names;
using Xunit;

namespace AspireChat.Tests.Functional.Names;

/// <summary>Tests of the directory against a Redis of their own.</summary>
public abstract class DirectoryTest : IAsyncLifetime
{
    private protected NameServer Server { get; private set; } = null!;

    private protected PresenceDirectory Directory { get; private set; } = null!;

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Server = await NameServer.StartAsync();
        Directory = Server.Connect();
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected Task<Registration> RegisterAsync(Lease lease, long minimumEpoch = 0) =>
        Directory.RegisterAsync(lease, minimumEpoch, yieldAbove: null, Cancellation);

    private protected async Task<IEnumerable<string>> ListedAsync() => (await Directory.ListAsync(Cancellation)).Select(record => record.User);
}
