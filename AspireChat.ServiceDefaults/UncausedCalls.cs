using System.Diagnostics;
using OpenTelemetry;

namespace AspireChat.ServiceDefaults;

/// <summary>
/// Keeps calls to others out of the traces that nothing led to: a program that calls by itself, to try again or to stay
/// connected, does not begin a trace. The callee is told so, and leaves its side out as well.
/// </summary>
/// <remarks>Not a sampler, so that the usual one stays and can be chosen by <c>OTEL_TRACES_SAMPLER</c>.</remarks>
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
