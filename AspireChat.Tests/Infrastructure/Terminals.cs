using System.Reflection;

namespace AspireChat.Tests.Infrastructure;

/// <summary>Whether the AppHost can give clients terminals here: it can if Aspire's command line was set up when it was built.</summary>
public static class Terminals
{
    public const string WhyNot = "Aspire's command line is not set up.";

    public static bool ArePossible => File.Exists(
        typeof(AspireChat.AppHost.HostException).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .FirstOrDefault(data => data.Key == "aspireterminalhostpath")?.Value);
}
