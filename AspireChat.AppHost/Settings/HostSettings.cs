using AspireChat.Protos.Rules;

namespace AspireChat.AppHost.Settings;

/// <summary>The settings of one run of the host: the options with their defaults, and the locked data folder.</summary>
internal sealed class HostSettings : IDisposable
{
    private static readonly string[] DefaultUsers = ["alice", "bob", "carol"];
    private static readonly string[] DefaultGuests = ["dora", "emil"];

    private HostSettings(string[] users, string[] guests, Backend? backend, DataFolder data)
    {
        Users = users;
        Guests = guests;
        Backend = backend;
        Data = data;
    }

    /// <summary>The users who get a client.</summary>
    public IReadOnlyList<string> Users { get; }

    /// <summary>The users whose clients wait to be started.</summary>
    public IReadOnlyList<string> Guests { get; }

    /// <summary>Where Redis and RabbitMQ come from; null if this is not set.</summary>
    public Backend? Backend { get; }

    /// <summary>The data folder.</summary>
    public DataFolder Data { get; }

    /// <summary>Reads and checks the options, and locks the data folder.</summary>
    /// <exception cref="HostException">An option is wrong, the folder is in use, or the host is asked to publish.</exception>
    public static HostSettings Read(IDistributedApplicationBuilder builder, string[] args)
    {
        if (builder.ExecutionContext.IsPublishMode)
        {
            throw new HostException("AspireChat is deployed with deploy/compose.yaml (docs/operations.md); 'aspire publish' has nothing to add.");
        }

        var options = HostCommandLine.Read(args, builder.Configuration);
        if (new HostOptionsValidator().Validate(name: null, options) is { Failed: true } result)
        {
            throw new HostException(string.Join(Environment.NewLine, result.Failures!));
        }

        string[] users = [.. (options.Users ?? [.. DefaultUsers]).Select(ChatName.Parse)];
        string[] guests = [.. options.Guests?.Select(ChatName.Parse) ?? DefaultGuests.Except(users)];
        return guests.FirstOrDefault(users.Contains) is { } both
            ? throw new HostException($"{both} is named both as a user and as a guest: users start at once, guests on request.")
            : new HostSettings(users, guests, options.Backend, DataFolder.Open(options.Data));
    }

    /// <summary>Releases the data folder.</summary>
    public void Dispose() => Data.Dispose();
}
