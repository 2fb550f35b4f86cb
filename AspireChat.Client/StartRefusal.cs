using System.Net.Sockets;
using System.Reflection;
using AspireChat.Client.Faults;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;

namespace AspireChat.Client;

/// <summary>Explains in a sentence why the client could not start, with the path of the wrong setting.</summary>
internal static class StartRefusal
{
    /// <summary>The sentence for an exception at start, which hosting and dependency injection may have wrapped.</summary>
    public static string Describe(Exception thrown)
    {
        var causes = Causes(thrown).ToList();
        return ShownText.Line(
            causes.Select(Explain).FirstOrDefault(sentence => sentence is not null)
            ?? $"The client cannot start: {causes[^1].Message} ({causes[^1].GetType().Name})");
    }

    private static string? Explain(Exception cause) => cause switch
    {
        ClientStartException or ChatException => cause.Message,
        OptionsValidationException e => string.Join(' ', e.Failures.Select(failure => WithPath(failure, e.OptionsType))),
        AddressInUseException => "The web address is in use by another program; choose another one with --urls, for example "
            + "--urls http://127.0.0.1:0 for any free port.",
        SocketException e when e.SocketErrorCode is SocketError.AccessDenied or SocketError.AddressNotAvailable =>
            $"The web address cannot be used ({e.Message}); choose another one with --urls.",

        InvalidOperationException e when e.Message.StartsWith("Unable to configure HTTPS endpoint", StringComparison.Ordinal) =>
            "There is no certificate for an https web address; choose an http one with --urls, or set Kestrel:Certificates:Default:Path.",

        // Their messages name the setting and its value, the switch, or the address.
        InvalidOperationException { Source: "Microsoft.Extensions.Configuration.Binder" } => cause.Message,
        FormatException { Source: "Microsoft.Extensions.Configuration.CommandLine" } => cause.Message,
        FormatException { Source: "Microsoft.AspNetCore.Http" } => $"The web address (--urls) is not valid: {cause.Message}",
        _ => null,
    };

    // "Lease: The field PeerOptions.Lease must be …" → "The field Chat:Peers:Lease must be …"
    private static string WithPath(string failure, Type options)
    {
        if (options.GetField("Section", BindingFlags.Public | BindingFlags.Static)?.GetRawConstantValue() is not string section)
        {
            return failure;
        }

        var named = failure.Replace($"{options.Name}.", $"{section}:", StringComparison.Ordinal);
        var colon = named.IndexOf(": ", StringComparison.Ordinal);
        return colon > 0 && options.GetProperty(named[..colon]) is not null ? named[(colon + 2)..] : named;
    }

    private static IEnumerable<Exception> Causes(Exception thrown)
    {
        yield return thrown;
        IEnumerable<Exception> inner = thrown switch
        {
            AggregateException several => several.InnerExceptions,
            { InnerException: { } one } => [one],
            _ => [],
        };
        foreach (var cause in inner.SelectMany(Causes))
        {
            yield return cause;
        }
    }
}
