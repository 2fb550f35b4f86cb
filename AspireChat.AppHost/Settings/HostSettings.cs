using AspireChat.Client.Chat;

namespace AspireChat.AppHost.Settings;

/// <summary>What one run of the host goes by: the options with their defaults filled in, and the data folder, locked.</summary>
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

    /// <summary>Those whose clients wait until somebody starts them.</summary>
    public IReadOnlyList<string> Guests { get; }

    /// <summary>Where Redis and RabbitMQ come from; null if nobody chose.</summary>
    public Backend? Backend { get; }

    /// <summary>The data folder.</summary>
    public DataFolder Data { get; }

    /// <summary>Reads and checks the options, and locks the data folder.</summary>
    /// <exception cref="HostException">An option is wrong, the folder is in use, or nothing is to be run.</exception>
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
            ? throw new HostException($"{both} is named as a user and as a guest: users are started at once, guests when asked for.")
            : new HostSettings(users, guests, options.Backend, DataFolder.Open(options.Data));
    }

    /// <summary>Releases the data folder.</summary>
    public void Dispose() => Data.Dispose();
}
