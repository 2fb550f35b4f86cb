using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace AspireChat.Client.Terminal;

/// <summary>Registers the terminal.</summary>
public static class TerminalExtensions
{
    // These two log a failed start at Critical or Error with a stack trace; the program reports it in a sentence.
    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>Adds the menu if a user sits at a terminal.</summary>
    public static IHostApplicationBuilder AddTerminal(this IHostApplicationBuilder builder)
    {
        if (UserTerminal.IsPresent(builder.Configuration))
        {
            builder.Services.AddSingleton(_ => UserTerminal.OpenScreen());
            builder.Services.AddSingleton<TerminalCommands>();
            builder.Services.AddSingleton<TerminalEvents>();
            builder.Services.AddSingleton<ChatMenu>();
            builder.Services.AddHostedService<TerminalService>();
        }

        return builder;
    }

    /// <summary>Writes the log to the console in safe lines, unless the chat uses the terminal.</summary>
    internal static void AddCleanConsole(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Logging.AddConsoleFormatter<CleanConsoleFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = CleanConsoleFormatter.FormatterName);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(Host, LogLevel.None);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(Kestrel, level => level is >= LogLevel.Warning and < LogLevel.Critical);
        if (UserTerminal.IsPresent(builder.Configuration))
        {
            // Telemetry still receives the log.
            var console = builder.Services.Single(service => service.ImplementationType == typeof(ConsoleLoggerProvider));
            builder.Services.Remove(console);
        }
    }
}
