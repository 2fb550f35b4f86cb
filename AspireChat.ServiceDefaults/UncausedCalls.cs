using System.Diagnostics;
using OpenTelemetry;

namespace AspireChat.ServiceDefaults;

/// <summary>
/// Keeps outgoing calls without a cause out of the traces: a call that a program makes by itself, to retry or to stay
/// connected, does not begin a trace. The callee is told so and leaves out its side too.
/// </summary>
/// <remarks>This is not a sampler, so that the usual one remains and <c>OTEL_TRACES_SAMPLER</c> can choose it.</remarks>
internal sealed class UncausedCalls : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnStart(Activity data)
    {
        if (data.Kind == ActivityKind.Client && data.ParentId is null)
        {
            data.IsAllDataRequested = false;
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
