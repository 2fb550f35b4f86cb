using System.CommandLine;
using System.CommandLine.Invocation;
using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Settings;

/// <summary>The host's options as the command line and the configuration give them.</summary>
internal static class HostCommandLine
{
    private static readonly Option<string[]> Users = Names("--users", "The users who get a client: --users ann ben, or --users ann,ben.");
    private static readonly Option<string[]> Guests = Names("--guests", "Users whose clients wait until somebody starts them; no name: none.");
    private static readonly Option<string> Backends = new("--backends") { Description = "Where Redis and RabbitMQ come from: container, local or external." };
    private static readonly Option<string> Data = new("--data") { Description = "The folder for everything that outlasts a run." };

    // What it does not know belongs to Aspire, whose settings can be given in the same way.
    private static readonly RootCommand Command = new("Starts AspireChat: Redis, RabbitMQ, a client per user, the dashboard.")
    {
        Options = { Users, Guests, Backends, Data },
        TreatUnmatchedTokensAsErrors = false,
    };

    /// <summary>Does what is asked for instead of a start: tells the options, or the version.</summary>
    /// <returns>Whether anything was.</returns>
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

    /// <summary>Reads both; the command line goes before the configuration.</summary>
    /// <exception cref="HostException">An option without its value, or a value that is none of those allowed.</exception>
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

    // A list (…__Users__0, …__Users__1), or one text (…__Users=ann,ben).
    private static List<string>? Configured(IConfigurationSection settings, string key)
    {
        var section = settings.GetSection(key);
        List<string> listed = [.. section.GetChildren().Select(child => child.Value ?? "")];
        return section.Value is { } text ? [.. Split(text)] : listed is [] ? null : listed;
    }

    // An empty text names nobody; an empty part of a longer one is a mistake that the validator finds.
    private static string[] Split(string text) => text is "" ? [] : text.Split(',', StringSplitOptions.TrimEntries);

    private static Backend ParseBackend(string text) =>
        Enum.TryParse<Backend>(text, ignoreCase: true, out var backend) && Enum.IsDefined(backend) && !char.IsAsciiDigit(text[0])
            ? backend
            : throw new HostException($"The backends are 'container', 'local' or 'external', not '{Printable.Text(text)}'.");
}
