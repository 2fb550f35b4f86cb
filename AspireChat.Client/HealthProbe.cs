using System.Net;
using System.Net.Security;
using AspireChat.Client.Faults;
using AspireChat.ServiceDefaults;

namespace AspireChat.Client;

/// <summary>
/// <c>--check-health [address]</c>: the program asks a running client for its health and reports it by its exit code. .NET's
/// container images have no other program that could do so.
/// </summary>
/// <remarks>
/// It needs no name, no settings and no data directory. Without an address it asks the web port that a client with the same
/// environment and arguments would use. The default path of an address is <see cref="Extensions.HealthPath"/>; a path alone,
/// such as <see cref="Extensions.AlivePath"/>, is requested at that web port.
/// </remarks>
internal static class HealthProbe
{
    /// <summary>The argument that requests the probe.</summary>
    public const string Argument = "--check-health";

    // The web port of .NET's images (https://learn.microsoft.com/dotnet/core/compatibility/containers/8.0/aspnet-port).
    private const string DefaultAddress = "http://127.0.0.1:8080";

    private const int LongestAnswer = 1_024;

    // Covers both connecting and the answer. A client answers from what it knows, without asking Redis or RabbitMQ.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Whether these arguments request the probe.</summary>
    public static bool IsAskedFor(string[] args) =>
        args.Any(argument => argument == Argument || argument.StartsWith($"{Argument}=", StringComparison.Ordinal));

    /// <summary>Asks, and prints the answer in one line.</summary>
    /// <returns>The exit code: 0 if the client is healthy, otherwise 1.</returns>
    /// <exception cref="ClientStartException">The address is not valid, or does not follow from the settings.</exception>
    public static async Task<int> RunAsync(string[] args)
    {
        // Lowest priority first, as in ASP.NET Core.
        var environment = new ConfigurationBuilder()
            .AddEnvironmentVariables("ASPNETCORE_")
            .AddEnvironmentVariables("DOTNET_")
            .AddEnvironmentVariables()
            .Build();
        var address = FindAddress(args, environment);
        var (isWell, sentence) = await AskAsync(address);
        await (isWell ? Console.Out : Console.Error).WriteLineAsync($"{address}: {sentence}");
        return isWell ? 0 : 1;
    }

    /// <summary>The address to ask.</summary>
    /// <param name="args">The program's arguments.</param>
    /// <param name="environment">The environment variables, without ASP.NET Core's prefixes.</param>
    /// <exception cref="ClientStartException">The address is not valid, or does not follow from the settings.</exception>
    public static Uri FindAddress(string[] args, IConfiguration environment)
    {
        // --check-health=/alive means --check-health /alive.
        args = [.. args.SelectMany(argument => argument.StartsWith($"{Argument}=", StringComparison.Ordinal) ? argument.Split('=', 2) : [argument])];
        var at = Array.IndexOf(args, Argument);
        var given = args.Length > at + 1 && !args[at + 1].StartsWith('-') ? args[at + 1] : null;
        if (given is null || given.StartsWith('/'))
        {
            string[] others = [.. args[..at], .. args[(at + (given is null ? 1 : 2))..]];
            var settings = new ConfigurationBuilder().AddConfiguration(environment).AddCommandLine(others).Build();
            return new Uri(FindWebPort(settings), given ?? Extensions.HealthPath);
        }

        return !Uri.TryCreate(given, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https")
            ? throw new ClientStartException($"'{ShownText.Line(given)}' is not an address; {Argument} takes one such as {DefaultAddress}, or a path.")
            : address.AbsolutePath is "/" ? new Uri(address, Extensions.HealthPath) : address;
    }

    private static async Task<(bool IsWell, string Sentence)> AskAsync(Uri address)
    {
        var isNumber = address.HostNameType is UriHostNameType.IPv4 or UriHostNameType.IPv6;
        using var handler = new SocketsHttpHandler { UseProxy = false, AllowAutoRedirect = false, ActivityHeadersPropagator = null };

        // A certificate is for a name, so an address needs no valid one; the request holds nothing confidential.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => isNumber || errors == SslPolicyErrors.None;
        using var http = new HttpClient(handler) { Timeout = Patience, MaxResponseContentBufferSize = LongestAnswer };
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (isNumber)
        {
            // Every client answers under this name, whatever address it listens on.
            request.Headers.Host = "localhost";
        }

        try
        {
            using var answer = await http.SendAsync(request);
            return answer.StatusCode switch
            {
                HttpStatusCode.OK => (true, ShownText.Line(await answer.Content.ReadAsStringAsync())),
                HttpStatusCode.ServiceUnavailable when address.AbsolutePath == Extensions.HealthPath => (
                    false, "The client runs, but is not registered at Redis or not connected to RabbitMQ; it tries again by itself."),
                HttpStatusCode.MisdirectedRequest => (false, $"The client does not answer under the name {address.Host}; Chat:ApiHosts allows it."),
                var status => (false, $"The answer is {(int)status}."),
            };
        }
        catch (OperationCanceledException)
        {
            return (false, $"No answer within {Patience.TotalSeconds:0} s.");
        }
        catch (HttpRequestException e)
        {
            return (false, $"No answer: {ShownText.Line((e.InnerException ?? e).Message)}.");
        }
    }

    // The address at which a client on this machine with these settings can be reached.
    private static Uri FindWebPort(IConfiguration settings)
    {
        List<string> addresses = [.. WebAddresses(settings)];
        var address = addresses.Find(one => one.StartsWith("http://", StringComparison.OrdinalIgnoreCase))
            ?? addresses.FirstOrDefault(DefaultAddress);
        var bound = BindingAddress.Parse(address);
        if (bound.IsUnixPipe || bound.IsNamedPipe || bound.Port is < 1 or > IPEndPoint.MaxPort)
        {
            throw new ClientStartException($"The web address {address} does not say which port to ask; give it: {Argument} {DefaultAddress}");
        }

        // Kestrel treats any name but localhost as all addresses; these include loopback.
        var isOneAddress = IPAddress.TryParse(bound.Host, out var ip) && !ip.Equals(IPAddress.Any) && !ip.Equals(IPAddress.IPv6Any);
        return new UriBuilder(bound.Scheme, isOneAddress ? bound.Host : "127.0.0.1", bound.Port).Uri;
    }

    // The order of precedence: https://learn.microsoft.com/aspnet/core/fundamentals/servers/kestrel/endpoints.
    private static IEnumerable<string> WebAddresses(IConfiguration settings)
    {
        string[] endpoints = [.. settings.GetSection("Kestrel:Endpoints").GetChildren().Select(endpoint => endpoint["Url"]).OfType<string>()];
        string[] urls = [.. Split(settings["urls"])];
        return endpoints is not [] ? endpoints
            : urls is not [] ? urls
            : Split(settings["http_ports"]).Select(port => $"http://*:{port}")
                .Concat(Split(settings["https_ports"]).Select(port => $"https://*:{port}"));
    }

    private static string[] Split(string? list) =>
        list?.Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries) ?? [];
}
