using System.Globalization;
using System.Text;
using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Microsoft.Extensions.DependencyInjection;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>Describes a whole system after a failed test.</summary>
internal static class ResourceDiagnosis
{
    private const int LastLines = 15;
    private static readonly TimeSpan LogDeadline = TimeSpan.FromSeconds(5);

    public static async Task<string> OfAsync(DistributedApplication app, DistributedApplicationModel model)
    {
        var text = new StringBuilder();
        foreach (var resource in model.Resources.Where(resource => resource is not ParameterResource))
        {
            if (!app.ResourceNotifications.TryGetCurrentState(resource.Name, out var now))
            {
                continue; // One of Aspire's own, which never ran.
            }

            text.Append(CultureInfo.InvariantCulture, $"\n{resource.Name}: {now.Snapshot.State?.Text ?? "no state"}");
            text.Append(now.Snapshot.ExitCode is { } exitCode ? $", exit code {exitCode}" : "");
            foreach (var report in now.Snapshot.HealthReports)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n  {report.Name}: {report.Status} {report.Description} {report.ExceptionText?.Split('\n')[0]}");
            }

            foreach (var line in await LastLinesAsync(app, now.ResourceId))
            {
                text.Append("\n  | ").Append(line);
            }
        }

        return text.ToString();
    }

    private static async Task<IEnumerable<string>> LastLinesAsync(DistributedApplication app, string resource)
    {
        List<string> lines = [];
        using var deadline = new CancellationTokenSource(LogDeadline);
        try
        {
            await foreach (var batch in app.Services.GetRequiredService<ResourceLoggerService>().GetAllAsync(resource).WithCancellation(deadline.Token))
            {
                lines.AddRange(batch.Select(line => line.Content));
            }
        }
        catch (OperationCanceledException)
        {
            lines.Add("(there may be more)");
        }

        return lines.Order(StringComparer.Ordinal).TakeLast(LastLines); // Each begins with its time; they come in any order.
    }
}
