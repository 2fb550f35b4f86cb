using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspireChat.Client.Api;

/// <summary>What the API leaves out of the traces beyond what every program does.</summary>
internal static class ApiTraces
{
    /// <summary>Narrows the choice of the requests that are traced.</summary>
    public static void Narrow(AspNetCoreTraceInstrumentationOptions requests)
    {
        var others = requests.Filter;
        requests.Filter = context => others?.Invoke(context) != false && Includes(context.Request);
    }

    private static bool Includes(HttpRequest request) =>
        // Its span would end with the window, hours after whatever it is about.
        request.Path != ApiExtensions.Events

        // A window says by itself that it has shown a message; the message's own trace tells it.
        && (request.Headers.TraceParent.Count > 0 || request.Path.Value?.EndsWith(ChatEndpoints.Read, StringComparison.Ordinal) != true);
}
