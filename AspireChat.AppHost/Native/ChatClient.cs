using System.Globalization;
using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Native;

/// <summary>One user's client.</summary>
internal sealed class ChatClient
{
    private ChatClient(LocalProgram program, Uri address, string token)
    {
        Program = program;
        Address = address;
        Token = token;
    }

    /// <summary>The program.</summary>
    public LocalProgram Program { get; }

    /// <summary>The user's name.</summary>
    public string User => Program.Name;

    /// <summary>Where page and API are.</summary>
    public Uri Address { get; }

    /// <summary>The token that they want.</summary>
    public string Token { get; }

    /// <summary>Chooses a client's port, folder and token.</summary>
    /// <param name="user">The user's name.</param>
    /// <param name="connections">The settings that every client gets; see <see cref="Connections"/>.</param>
    /// <param name="data">The data folder.</param>
    /// <param name="ports">Free ports.</param>
    public static ChatClient Prepare(string user, IReadOnlyDictionary<string, string> connections, DataFolder data, LoopbackPorts ports)
    {
        var program = BuildPaths.ClientProgram;
        var address = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{ports.Take()}");
        var token = data.Secret($"api-token-{user}");
        var environment = new Dictionary<string, string>(connections)
        {
            ["OTEL_SERVICE_NAME"] = user,
            ["Chat__ApiToken"] = token,
            ["Chat__DataDirectory"] = data.Folder("clients", user),
        };

        // Started where its dll lies, for there is its appsettings.json.
        return new ChatClient(
            new LocalProgram(
                user, BuildPaths.DotNet, [program, "--name", user, "--urls", address], environment, Path.GetDirectoryName(program)!),
            new Uri(address),
            token);
    }

    /// <summary>What connects a client with the system, one started by hand too: servers and dashboard.</summary>
    public static IReadOnlyDictionary<string, string> Connections(Servers servers, Dashboard dashboard) =>
        new Dictionary<string, string>(dashboard.Telemetry)
        {
            ["ConnectionStrings__redis"] = servers.RedisConnection,
            ["ConnectionStrings__rabbitmq"] = servers.RabbitMqConnection,
        };
}
