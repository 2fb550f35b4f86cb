using AspireChat.Client.Conversations;
using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Local;

/// <summary>What the command line and the configuration ask the host for.</summary>
/// <param name="Users">Who gets a client, in this order; names as in <see cref="ChatName"/>, no name twice.</param>
/// <param name="Guests">Who gets one that runs only once somebody starts it; may be empty, no name twice and none of the users.</param>
/// <param name="Backends">Where Redis and RabbitMQ come from; null: chosen by what this machine has.</param>
/// <param name="DataFolder">Where everything that lasts is kept; null: <see cref="DataFolder.DefaultPath"/>.</param>
/// <param name="Others">The arguments that are none of these, for whoever knows them.</param>
internal sealed record HostArguments(
    IReadOnlyList<string> Users,
    IReadOnlyList<string> Guests,
    Backends? Backends,
    string? DataFolder,
    IReadOnlyList<string> Others)
{
    /// <summary>How to call the host.</summary>
    public const string Usage =
        "dotnet run --project AspireChat.AppHost -- [--users NAME …] [--guests NAME …] " +
        "[--backends container|local|external] [--data FOLDER]";

    private static readonly string[] DefaultUsers = ["alice", "bob", "carol"];
    private static readonly string[] DefaultGuests = ["dora", "emil"];

    /// <summary>
    /// Reads <c>--users ann ben</c> (also <c>--users ann,ben</c> and <c>--users=ann,ben</c>), <c>--guests</c> in the same
    /// spellings (without a name: nobody), <c>--backends</c> and <c>--data</c>. What the command line leaves open may stand
    /// in the configuration as <c>Users</c> and <c>Guests</c> (a list, or one text) and <c>Backends</c>.
    /// </summary>
    /// <exception cref="HostException">A value that is missing or wrong.</exception>
    public static HostArguments Parse(IReadOnlyList<string> args, IConfiguration configuration)
    {
        List<string>? users = null, guests = null;
        string? backends = null, data = null;
        List<string> others = [];
        for (var i = 0; i < args.Count; i++)
        {
            var (option, value) = Split(args[i]);
            switch (option)
            {
                case "--users":
                    AddNames(users ??= []);
                    break;
                case "--guests":
                    AddNames(guests ??= []);
                    break;
                case "--backends":
                    backends = Value();
                    break;
                case "--data":
                    data = Value();
                    break;
                default:
                    others.Add(args[i]);
                    break;
            }

            string Value() => value ?? (i + 1 < args.Count ? args[++i] : throw new HostException($"{option} needs a value: {Usage}"));

            void AddNames(List<string> names)
            {
                names.AddRange(value is not null ? Names(value) : []);
                while (value is null && i + 1 < args.Count && !args[i + 1].StartsWith('-'))
                {
                    names.AddRange(Names(args[++i]));
                }
            }
        }

        backends ??= configuration["Backends"];
        var checkedUsers = CheckUsers(users ?? ConfiguredNames(configuration, "Users") ?? [.. DefaultUsers]);
        return new HostArguments(
            checkedUsers,
            (guests ?? ConfiguredNames(configuration, "Guests")) is { } chosen
                ? CheckGuests(chosen, checkedUsers)
                : [.. DefaultGuests.Except(checkedUsers)],
            backends is null ? null : ParseBackends(backends),
            data is "" ? throw new HostException("--data needs the path of a folder.") : data,
            others);
    }

    private static (string Option, string? Value) Split(string argument)
    {
        var equals = argument.StartsWith("--", StringComparison.Ordinal) ? argument.IndexOf('=', StringComparison.Ordinal) : -1;
        return equals < 0
            ? (argument.ToLowerInvariant(), null)
            : (argument[..equals].ToLowerInvariant(), argument[(equals + 1)..]);
    }

    private static List<string>? ConfiguredNames(IConfiguration configuration, string key)
    {
        var section = configuration.GetSection(key);
        List<string> listed = [.. section.GetChildren().Select(child => child.Value ?? "")];
        return section.Value is { } text ? [.. Names(text)] : listed is [] ? null : listed;
    }

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.TrimEntries);

    private static List<string> CheckUsers(List<string> users) => CheckNames(users, "user") is { Count: > 0 } names
        ? names
        : throw new HostException("--users needs at least one name, as in --users ann ben.");

    private static List<string> CheckGuests(List<string> guests, List<string> users)
    {
        // `--guests=` and an empty setting mean nobody, as `--guests` alone does.
        var names = guests is [""] ? [] : CheckNames(guests, "guest");
        return names.Find(users.Contains) is { } both
            ? throw new HostException($"{both} is named as a user and as a guest: users are started at once, guests when asked for.")
            : names;
    }

    private static List<string> CheckNames(List<string> candidates, string role)
    {
        List<string> names = [];
        foreach (var candidate in candidates)
        {
            if (!ChatName.TryParse(candidate, out var name))
            {
                throw new HostException($"'{Printable.Text(candidate)}' cannot be a {role}'s name. {ChatName.Rule}");
            }

            if (names.Contains(name))
            {
                throw new HostException($"The {role} {name} is named twice, and every client needs a name of its own.");
            }

            names.Add(name);
        }

        return names;
    }

    private static Backends ParseBackends(string text) => text.ToLowerInvariant() switch
    {
        "container" => Local.Backends.Container,
        "local" => Local.Backends.Local,
        "external" => Local.Backends.External,
        _ => throw new HostException($"The backends are 'container', 'local' or 'external', not '{Printable.Text(text)}'."),
    };
}
