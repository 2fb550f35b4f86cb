using System.Diagnostics;
using System.Net;

namespace AspireChat.Client.Telemetry;

public static partial class ChatTelemetry
{
    /// <summary>
    /// Starts the span of a call to Redis, after https://opentelemetry.io/docs/specs/semconv/database/redis/. Returns null outside
    /// a trace: heartbeats and renewals are not part of any trace.
    /// </summary>
    /// <param name="command">The command.</param>
    /// <param name="target">A script's name, or the prefix of the keys.</param>
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

    /// <summary>Adds the server to a span, if there is only one.</summary>
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
