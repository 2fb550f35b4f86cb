using System.Diagnostics;

namespace AspireChat.Bench.Processes;

/// <summary>Settings of the machine, or of a system beside the run, that must not reach what is measured.</summary>
internal static class Settings
{
    private static readonly string[] NotInherited =
        ["OTEL_", "ASPNETCORE_", "DOTNET_URLS", "DOTNET_ENVIRONMENT", "ConnectionStrings__", "Chat__", "RABBITMQ_", "ERL_"];

    public static void RemoveFrom(ProcessStartInfo start)
    {
        foreach (var variable in start.Environment.Keys.Where(IsNotInherited).ToList())
        {
            start.Environment.Remove(variable);
        }
    }

    private static bool IsNotInherited(string variable) =>
        NotInherited.Any(prefix => variable.StartsWith(prefix, StringComparison.OrdinalIgnoreCase));
}
