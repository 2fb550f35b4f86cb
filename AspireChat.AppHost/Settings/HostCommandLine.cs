using System.CommandLine;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Settings;

/// <summary>Reads the host's options from the command line and the configuration.</summary>
internal static class HostCommandLine
{
    private static readonly Option<string[]> Users = Names("--users", "The users who get a client: --users ann ben, or --users ann,ben.");
    private static readonly Option<string[]> Guests = Names("--guests", "Users whose clients wait to be started; without a name: none.");
    private static readonly Option<string> Backends = new("--backends") { Description = "Where Redis and RabbitMQ come from: container, local or external." };
    private static readonly Option<string> Data = new("--data") { Description = "The folder for everything that outlasts a run." };

    // Unknown options belong to Aspire, whose settings can be given in the same way.
    private static readonly RootCommand Command = new("Starts AspireChat: Redis, RabbitMQ, a client per user, the dashboard.")
    {
        Options = { Users, Guests, Backends, Data },
        TreatUnmatchedTokensAsErrors = false,
    };

    /// <summary>Prints the options or the version if that is requested instead of a start.</summary>
    /// <returns>Whether it printed anything.</returns>
    public static bool TryAnswer(string[] args)
    {
        var parsed = Command.Parse(args);
        if (parsed.Action is null or ParseErrorAction)
        {
            return false;
        }

        parsed.Invoke();
        return true;
    }

    /// <summary>Reads the options; the command line takes precedence over the configuration.</summary>
    /// <exception cref="HostException">An option has no value, or one that is not allowed.</exception>
    public static HostOptions Read(string[] args, IConfiguration configuration)
    {
        var parsed = Command.Parse(args);
        if (parsed.Errors is [var error, ..])
        {
            throw new HostException(Printable.Text(error.Message));
        }

        var section = configuration.GetSection(HostOptions.Section);
        return new HostOptions
        {
            Users = parsed.GetResult(Users) is null ? Configured(section, "Users") : [.. parsed.GetValue(Users)!],
            Guests = parsed.GetResult(Guests) is null ? Configured(section, "Guests") : [.. parsed.GetValue(Guests)!],
            Backend = (parsed.GetValue(Backends) ?? section["Backends"]) is { Length: > 0 } backend ? ParseBackend(backend) : null,
            Data = parsed.GetValue(Data) ?? section["Data"],
        };
    }

    private static Option<string[]> Names(string option, string description) => new(option)
    {
        Description = description,
        Arity = ArgumentArity.ZeroOrMore,
        AllowMultipleArgumentsPerToken = true,
        CustomParser = result => [.. result.Tokens.SelectMany(token => Split(token.Value))],
    };

    // Reads a list (…__Users__0, …__Users__1) or one text (…__Users=ann,ben).
    private static List<string>? Configured(IConfigurationSection settings, string key)
    {
        var section = settings.GetSection(key);
        List<string> listed = [.. section.GetChildren().Select(child => child.Value ?? "")];
        return section.Value is { } text ? [.. Split(text)] : listed is [] ? null : listed;
    }

    // An empty text names no user; an empty part of a longer text is a mistake that the validator finds.
    private static string[] Split(string text) => text is "" ? [] : text.Split(',', StringSplitOptions.TrimEntries);

    private static Backend ParseBackend(string text) =>
        Enum.TryParse<Backend>(text, ignoreCase: true, out var backend) && Enum.IsDefined(backend) && !char.IsAsciiDigit(text[0])
            ? backend
            : throw new HostException($"The backends are 'container', 'local' or 'external', not '{Printable.Text(text)}'.");
}
