using System.Diagnostics;
using OpenTelemetry;

namespace AspireChat.ServiceDefaults;

/// <summary>Keeps requests for the program's health, asked every few seconds, out of the traces.</summary>
internal sealed class HealthRequestFilter : BaseProcessor<Activity>
{
    /// <inheritdoc/>
    public override void OnEnd(Activity data)
    {
        // The exporter, which comes later, skips what is not recorded.
        if (data.Kind == ActivityKind.Server && data.GetTagItem("url.path") is Extensions.HealthPath or Extensions.AlivePath)
        {
            data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
