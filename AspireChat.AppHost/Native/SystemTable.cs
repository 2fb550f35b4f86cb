using System.Globalization;
using System.Text;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>What runs where, and how to join: the text that the host shows once everything is up.</summary>
internal static class SystemTable
{
    private const string WithConnections = ", with ConnectionStrings__redis and ConnectionStrings__rabbitmq set as here";
    private static readonly string[] Joiners = ["finn", "gina", "hanna", "ida"];

    /// <summary>The whole text.</summary>
    public static string Render(RunningSystem system, DataFolder data)
    {
        ChatClient[] clients = [.. system.Users, .. system.Guests];
        string[][] rows =
        [
            .. clients.Select(client => new[]
            {
                client.User, Where(system, client.Program, client.Address.ToString()), $"token {client.Token}",
            }),
            ["dashboard", Where(system, system.Dashboard.Program, system.Dashboard.LoginAddress.ToString())],
            .. ServerRows(system),
            ["data", data.Path],
        ];

        var asked = clients.FirstOrDefault(client => system.Of(client.Program).State is ChildState.Running) ?? clients[0];
        var joiner = Joiners.Except(clients.Select(client => client.User)).FirstOrDefault() ?? "guest";
        var connections = system.Servers.Local is null
            ? system.Dashboard.Telemetry // The passwords of others are not for the screen.
            : ChatClient.Connections(system.Servers, system.Dashboard);
        return $"""

            AspireChat runs; Ctrl-C stops it, and help, typed here, tells what else can be done.

            {Columns(rows)}

            Ask a client:
              curl -H 'Authorization: Bearer {asked.Token}' {asked.Address}api/users

            Join as somebody else, from another terminal{(system.Servers.Local is null ? WithConnections : "")}:
            {JoinCommand(joiner, connections, Shorten(BuildPaths.ClientProject))}

            """;
    }

    /// <summary>The command line of one more client, for a POSIX shell.</summary>
    public static string JoinCommand(string user, IReadOnlyDictionary<string, string> connections, string project)
    {
        var command = new StringBuilder();
        foreach (var (name, value) in connections.Append(new("OTEL_SERVICE_NAME", user))
            .OrderBy(setting => setting.Key, StringComparer.Ordinal))
        {
            command.Append(CultureInfo.InvariantCulture, $"  {name}={Quote(value)} \\\n");
        }

        return command.Append(CultureInfo.InvariantCulture, $"  dotnet run --project {Quote(project)} -- --name {user}").ToString();
    }

    private static IEnumerable<string[]> ServerRows(RunningSystem system)
    {
        if (system.Servers.Local is not var (redis, rabbitMq))
        {
            yield return ["redis", Servers.MaskRedis(system.Servers.RedisConnection)];
            yield return ["rabbitmq", Servers.MaskRabbitMq(system.Servers.RabbitMqConnection)];
            yield break;
        }

        yield return ["redis", Where(system, redis.Program, redis.ConnectionString)];
        yield return ["rabbitmq", Where(system, rabbitMq.Program, rabbitMq.ConnectionString)];
        if (rabbitMq.ManagementPort is { } port)
        {
            yield return
            [
                "", $"http://127.0.0.1:{port}/", $"management: user {LocalRabbitMq.User}, password {rabbitMq.Password}",
            ];
        }
    }

    // Where it runs, or how to make it run.
    private static string Where(RunningSystem system, LocalProgram program, string place)
    {
        var resource = system.Of(program);
        return resource.State switch
        {
            ChildState.Running => place,
            ChildState.NotStarted => $"not started: type start {resource.Name}",
            ChildState.Stopped => $"stopped: type start {resource.Name}",
            _ => $"has ended, see above: type start {resource.Name}",
        };
    }

    // A row's last cell may be as long as it likes.
    private static string Columns(string[][] rows)
    {
        int[] widths =
        [
            .. Enumerable.Range(0, 2).Select(column => rows.Where(row => row.Length > column + 1).Max(row => row[column].Length)),
        ];
        return string.Join('\n', rows.Select(row =>
            "  " + string.Join("  ", row.Select((cell, column) => column + 1 < row.Length ? cell.PadRight(widths[column]) : cell))));
    }

    private static string Quote(string text) => text.All(c => char.IsAsciiLetterOrDigit(c) || "/.-_:@".Contains(c))
        ? text
        : $"'{text.Replace("'", @"'\''", StringComparison.Ordinal)}'";

    // As somebody would type it in the folder where the host was started.
    private static string Shorten(string path)
    {
        var relative = Path.GetRelativePath(Environment.CurrentDirectory, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }
}
