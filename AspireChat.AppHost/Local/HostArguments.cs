using AspireChat.Client.Conversations;
using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Local;

/// <summary>What the command line and the configuration ask the host for.</summary>
/// <param name="Users">Who gets a client, in this order; names as in <see cref="ChatName"/>, no name twice.</param>
/// <param name="Backends">Where Redis and RabbitMQ come from; null: chosen by what this machine has.</param>
/// <param name="DataFolder">Where everything that lasts is kept; null: <see cref="DataFolder.DefaultPath"/>.</param>
/// <param name="Others">The arguments that are none of these, for whoever knows them.</param>
internal sealed record HostArguments(
    IReadOnlyList<string> Users, Backends? Backends, string? DataFolder, IReadOnlyList<string> Others)
{
    /// <summary>How to call the host.</summary>
    public const string Usage =
        "dotnet run --project AspireChat.AppHost -- [--users NAME …] [--backends container|local] [--data FOLDER]";

    private static readonly string[] DefaultUsers = ["alice", "bob", "carol"];

    /// <summary>
    /// Reads <c>--users ann ben</c> (also <c>--users ann,ben</c> and <c>--users=ann,ben</c>), <c>--backends</c> and
    /// <c>--data</c>. What the command line leaves open may stand in the configuration as <c>Users</c> (a list, or one
    /// text) and <c>Backends</c>.
    /// </summary>
    /// <exception cref="HostException">A value that is missing or wrong.</exception>
    public static HostArguments Parse(IReadOnlyList<string> args, IConfiguration configuration)
    {
        List<string>? users = null;
        string? backends = null, data = null;
        List<string> others = [];
        for (var i = 0; i < args.Count; i++)
        {
            var (option, value) = Split(args[i]);
            switch (option)
            {
                case "--users":
                    users ??= [];
                    users.AddRange(value is not null ? Names(value) : []);
                    while (value is null && i + 1 < args.Count && !args[i + 1].StartsWith('-'))
                    {
                        users.AddRange(Names(args[++i]));
                    }

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
        }

        backends ??= configuration["Backends"];
        return new HostArguments(
            CheckUsers(users ?? [.. ConfiguredUsers(configuration)]),
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

    private static string[] ConfiguredUsers(IConfiguration configuration)
    {
        var section = configuration.GetSection("Users");
        string[] listed = [.. section.GetChildren().Select(child => child.Value ?? "")];
        return section.Value is { } text ? Names(text) : listed is [] ? DefaultUsers : listed;
    }

    private static string[] Names(string text) => text.Split(',', StringSplitOptions.TrimEntries);

    private static List<string> CheckUsers(List<string> users)
    {
        List<string> names = [];
        foreach (var user in users)
        {
            if (!ChatName.TryParse(user, out var name))
            {
                throw new HostException($"'{Printable.Text(user)}' cannot be a user's name. {ChatName.Rule}");
            }

            if (names.Contains(name))
            {
                throw new HostException($"The user {name} is named twice, and every client needs a name of its own.");
            }

            names.Add(name);
        }

        return names is not [] ? names : throw new HostException("--users needs at least one name, as in --users ann ben.");
    }

    private static Backends ParseBackends(string text) => text.ToLowerInvariant() switch
    {
        "container" => Local.Backends.Container,
        "local" => Local.Backends.Local,
        _ => throw new HostException($"The backends are 'container' or 'local', not '{Printable.Text(text)}'."),
    };
}
