using AspireChat.Client.Faults;
using AspireChat.Client.Chat;
using AspireChat.Client.Terminal;

namespace AspireChat.Client;

/// <summary>How the program reads its arguments and settings, and how it ends if they are wrong.</summary>
internal static class CommandLine
{
    /// <summary>The answer to <c>--help</c>.</summary>
    public const string Usage = """
        AspireChat.Client: one peer of a chat without a chat server.

          --name alice                      your user name (asked for in a terminal)
          --ConnectionStrings:redis …       the name server, for example localhost:6379,password=…
          --ConnectionStrings:rabbitmq …    the broker, for example amqp://user:password@localhost:5672
          --urls http://127.0.0.1:8080      where its page and its API are; any free port of this machine if not given
          --Chat:DataDirectory …            where your key and your history are kept
          --Chat:ApiToken …                 the API's token; a random one if not given
          --Chat:AcceptChats ask            ask before somebody opens a chat with you (default: auto)
          --Chat:Terminal false             no menu, even in a terminal

          login-link --name alice           print a link that opens the page of the client that runs here, once
          --check-health [address]          ask the client that runs here, or at an address, for its /health: exit code 0 or 1

        Every setting can also be an environment variable, with __ for the colons: Chat__DataDirectory.
        """;

    /// <summary>The default web address: any free port, for this machine only.</summary>
    private const string DefaultWebAddress = "http://127.0.0.1:0";

    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Short names of settings.</summary>
    public static readonly Dictionary<string, string> Switches = new() { ["--name"] = NameKey };

    private const string NameKey = $"{ChatOptions.Section}:{nameof(ChatOptions.Name)}";

    /// <summary>Runs the program; a failure ends it with a sentence and exit code 1.</summary>
    public static async Task<int> RunAsync(string[] args, Func<Task<int>> run)
    {
        if (args.Any(argument => argument is "--help" or "-h" or "-?"))
        {
            Console.WriteLine(Usage);
            return 0;
        }

        try
        {
            return HealthProbe.IsAskedFor(args) ? await HealthProbe.RunAsync(args)
                : LoginLink.IsAskedFor(args) ? await LoginLink.RunAsync(args)
                : await run();
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(StartRefusal.Describe(e));
            return 1;
        }
    }

    /// <summary>Creates the application's builder: settings, user name, web address and console.</summary>
    /// <exception cref="ClientStartException">There is no usable user name.</exception>
    public static WebApplicationBuilder CreateBuilder(string[] args)
    {
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions
        {
            // Settings are read once: watching their files would cost each client one of a user's few inotify instances.
            Args = ["--hostBuilder:reloadConfigOnChange=false", .. args],

            // The settings files beside the program, wherever it is started from.
            ContentRootPath = AppContext.BaseDirectory,
        });
        builder.Configuration.AddCommandLine(args, Switches);
        builder.Configuration[NameKey] = FindName(builder.Configuration);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout);
        builder.AddCleanConsole();

        if (!HasWebAddress(builder.Configuration))
        {
            builder.WebHost.UseUrls(DefaultWebAddress);
        }

        return builder;
    }

    private static string FindName(ConfigurationManager configuration)
    {
        var configured = configuration[NameKey];
        if (ChatName.TryParse(configured, out var name))
        {
            return name;
        }

        if (!string.IsNullOrEmpty(configured))
        {
            throw new ClientStartException($"{NameKey} is '{ShownText.Line(configured)}', which is not a name. {ChatName.Rule}");
        }

        return UserTerminal.IsPresent(configuration)
            ? UserTerminal.AskName()
            : throw new ClientStartException($"{NameKey} is not set: start the client with your user name, for example --name alice. {ChatName.Rule}");
    }

    // Every setting that tells ASP.NET Core where to listen.
    private static bool HasWebAddress(ConfigurationManager configuration) =>
        !string.IsNullOrEmpty(configuration["urls"])
        || !string.IsNullOrEmpty(configuration["http_ports"])
        || !string.IsNullOrEmpty(configuration["https_ports"])
        || configuration.GetSection("Kestrel:Endpoints").GetChildren().Any();
}
