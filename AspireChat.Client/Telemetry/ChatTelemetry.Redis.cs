using System.Diagnostics;
using System.Net;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    /// <summary>
    /// The span of asking Redis something, after https://opentelemetry.io/docs/specs/semconv/database/redis/. None where
    /// nothing led to it: heartbeats and renewals are no part of any trace.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="target">A script's name, or what the keys begin with.</param>
    public static Activity? StartRedis(string command, string target)
    {
        if (Activity.Current is null)
        {
            return null;
        }

        var summary = $"{command} {target}";
        var span = Source.StartActivity(summary, ActivityKind.Client)
            ?.SetTag("db.system.name", "redis")
            .SetTag("db.operation.name", command)
            .SetTag("db.query.summary", summary);
        return command == "EVAL" ? span?.SetTag("db.stored_procedure.name", target) : span;
    }

    /// <summary>Says which server a span asks, where there is only one to ask.</summary>
    public static void SetServer(Activity span, EndPoint[] servers)
    {
        if (servers is not [var server])
        {
            return;
        }

        var (host, port) = server switch
        {
            DnsEndPoint name => (name.Host, name.Port),
            IPEndPoint address => (address.Address.ToString(), address.Port),
            _ => (null, 0),
        };
        span.SetTag("server.address", host).SetTag("server.port", host is null ? null : port);
    }
}
