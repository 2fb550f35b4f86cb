using System.Globalization;
using System.Text;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>What runs where, and how to join: the text that the host shows once everything is up.</summary>
internal static class SystemTable
{
    private const string Ended = "has ended; see above";
    private static readonly string[] Guests = ["emil", "finn", "gina", "hanna"];

    /// <summary>The whole text.</summary>
    public static string Render(RunningSystem system, DataFolder data)
    {
        string[][] rows =
        [
            .. system.Clients.Select(client => new[]
            {
                client.User,
                system.Runs(client.Program) ? client.Address.ToString() : Ended,
                $"token {client.Token}",
            }),
            ["dashboard", system.Runs(system.Dashboard.Program) ? system.Dashboard.LoginAddress.ToString() : Ended],
            ["redis", system.Redis.ConnectionString],
            ["rabbitmq", system.RabbitMq.ConnectionString],
            .. system.RabbitMq.ManagementPort is { } port
                ? new[] { ManagementRow(port, system.RabbitMq.Password) }
                : [],
            ["data", data.Path],
        ];

        var first = system.Clients[0];
        var guest = Guests.Except(system.Clients.Select(client => client.User)).FirstOrDefault() ?? "guest";
        var connections = ChatClient.Connections(system.Redis, system.RabbitMq, system.Dashboard);
        return $"""

            AspireChat runs; Ctrl-C stops it.

            {Columns(rows)}

            Ask a client:
              curl -H 'Authorization: Bearer {first.Token}' {first.Address}api/users

            Join as somebody else, from another terminal:
            {JoinCommand(guest, connections, Shorten(BuildPaths.ClientProject))}

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

    private static string[] ManagementRow(int port, string password) =>
        ["", $"http://127.0.0.1:{port}/", $"management: user {LocalRabbitMq.User}, password {password}"];

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
