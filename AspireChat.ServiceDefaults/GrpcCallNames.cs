using System.Diagnostics;
using OpenTelemetry;

namespace AspireChat.ServiceDefaults;

/// <summary>
/// Names gRPC calls by service and method, as the conventions require
/// (https://opentelemetry.io/docs/specs/semconv/rpc/grpc/); the library gives all of them the same name.
/// </summary>
internal sealed class GrpcCallNames : BaseProcessor<Activity>
{
    /// <summary>The library's source.</summary>
    public const string Source = "Grpc.Net.Client";

    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        if (data.Source.Name == Source && data.GetTagItem("grpc.method") is string method)
        {
            data.DisplayName = method.TrimStart('/');
            data.SetTag("rpc.system", "grpc");
        }
    }
}
