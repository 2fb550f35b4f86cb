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

    private protected async Task<bool> RenewAsync(Lease lease) => await Directory.RenewAsync(lease, version: "", Cancellation) is not null;

    private protected async Task<IEnumerable<string>> ListedAsync() => (await ListAsync()).Select(record => record.User);

    /// <summary>All records of the users who are listed.</summary>
    private protected async Task<IReadOnlyList<PeerRecord>> ListAsync() => await Directory.ReadAsync(
        (await Directory.ListNamesAsync(Cancellation)).Names
            .Where(user => ChatName.TryParse(user, out var name) && name == user).Order(StringComparer.Ordinal),
        Cancellation);
}
