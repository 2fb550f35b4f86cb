using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.Identity;
using AspireChat.Client.Page.Access;

namespace AspireChat.Client;

/// <summary><c>login-link</c>: prints a link to the page of a client that runs on this machine, to a user who can read its data directory.</summary>
internal static class LoginLink
{
    /// <summary>The argument that asks for it.</summary>
    public const string Argument = "login-link";

    /// <summary>Whether these arguments ask for it.</summary>
    public static bool IsAskedFor(string[] args) => args is [Argument, ..];

    /// <summary>Makes the link and prints it.</summary>
    /// <exception cref="ClientStartException">No client's data directory can be found.</exception>
    public static async Task<int> RunAsync(string[] args)
    {
        var settings = new ConfigurationBuilder()
            .AddEnvironmentVariables()
            .AddCommandLine(args[1..], CommandLine.Switches)
            .Build()
            .GetSection(ChatOptions.Section);
        var folder = settings[nameof(ChatOptions.DataDirectory)] is { Length: > 0 } configured ? configured
            : ChatName.TryParse(settings[nameof(ChatOptions.Name)], out var name) ? DataDirectory.DefaultFor(name)
            : throw new ClientStartException($"Whose link? Name the user or the data directory: {Argument} --name alice. {ChatName.Rule}");

        // Its address may be another program's by now.
        var link = (DataDirectory.IsInUse(folder) ? LoginHandout.MakeLink(folder, TimeProvider.System.GetUtcNow()) : null)
            ?? throw new ClientStartException($"No client runs with the data directory {folder}; start it first, or name its data directory by --Chat:DataDirectory.");
        await Console.Out.WriteLineAsync(link);
        return 0;
    }
}
