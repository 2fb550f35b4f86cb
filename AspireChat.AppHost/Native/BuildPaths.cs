using System.Reflection;

namespace AspireChat.AppHost.Native;

/// <summary>Where the build has put things; the project file hands it over as assembly metadata.</summary>
internal static class BuildPaths
{
    /// <summary>The built client: its dll.</summary>
    public static string ClientProgram => Value("ClientProgram");

    /// <summary>The folder of the client's project.</summary>
    public static string ClientProject => Value("ClientProject");

    /// <summary>Aspire's dashboard.</summary>
    public static string Dashboard => Path.Combine(Value("AspireToolsDirectory"), "managed", "aspire-managed");

    /// <summary>The program <c>dotnet</c> of the runtime that runs this host: three folders above its libraries.</summary>
    public static string DotNet => Path.GetFullPath(
        Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    private static string Value(string key) =>
        typeof(BuildPaths).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().First(attribute => attribute.Key == key).Value!;
}
