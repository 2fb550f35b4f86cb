using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging.Console;

namespace AspireChat.Client.Terminal;

/// <summary>Registration of the capability.</summary>
public static class TerminalExtensions
{
    // What these two say at Critical or Error about a failing start, with a stack trace, the program says in a sentence.
    private const string Host = "Microsoft.Extensions.Hosting.Internal.Host";
    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel";

    /// <summary>Adds the menu, if a person sits at a terminal.</summary>
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

    /// <summary>Writes the log to the console in safe lines; not at all where the terminal belongs to the chat.</summary>
    internal static void AddCleanConsole(this IHostApplicationBuilder builder)
    {
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Logging.AddConsoleFormatter<CleanConsoleFormatter, ConsoleFormatterOptions>();
        builder.Logging.AddConsole(console => console.FormatterName = CleanConsoleFormatter.FormatterName);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(Host, LogLevel.None);
        builder.Logging.AddFilter<ConsoleLoggerProvider>(Kestrel, level => level is >= LogLevel.Warning and < LogLevel.Critical);
        if (UserTerminal.IsPresent(builder.Configuration))
        {
            // Telemetry still has it.
            var console = builder.Services.Single(service => service.ImplementationType == typeof(ConsoleLoggerProvider));
            builder.Services.Remove(console);
        }
    }
}
