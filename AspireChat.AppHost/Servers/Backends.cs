using System.ComponentModel;
using System.Diagnostics;
using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Servers;

/// <summary>Chooses where Redis and RabbitMQ come from on this machine.</summary>
internal static class Backends
{
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(20);

    // Aspire's own settings for the container runtime.
    private static readonly string[] Settings = ["ASPIRE_CONTAINER_RUNTIME", "DOTNET_ASPIRE_CONTAINER_RUNTIME"];

    private static readonly Lazy<bool> ContainerRuntimeAnswers = new(AskContainerRuntimes);

    /// <summary>
    /// Returns the requested backend, or else containers where a runtime answers and programs of this machine elsewhere.
    /// Without a runtime Aspire and the clients would wait for containers forever.
    /// </summary>
    /// <exception cref="HostException">Containers are requested, but no runtime answers.</exception>
    public static Backend Choose(Backend? asked) => asked switch
    {
        Backend.Container when !ContainerRuntimeAnswers.Value => throw new HostException(
            "No container runtime answers: start Docker or Podman, or use --backends local."),
        null => ContainerRuntimeAnswers.Value ? Backend.Container : Backend.Local,
        { } chosen => chosen,
    };

    private static bool AskContainerRuntimes()
    {
        var chosen = Settings.Select(Environment.GetEnvironmentVariable).FirstOrDefault(value => !string.IsNullOrEmpty(value));
        string[] runtimes = chosen is null ? ["docker", "podman"] : [chosen];
        return runtimes.AsParallel().Any(Answers);
    }

    private static bool Answers(string runtime)
    {
        try
        {
            using var process = Process.Start(new ProcessStartInfo(runtime, ["info"])
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;

            // The output is discarded; a full pipe would block the process.
            process.OutputDataReceived += static (_, _) => { };
            process.ErrorDataReceived += static (_, _) => { };
            process.BeginOutputReadLine();
            process.BeginErrorReadLine();
            if (process.WaitForExit(AnswerTime))
            {
                return process.ExitCode == 0;
            }

            process.Kill(entireProcessTree: true);
            return false;
        }
        catch (Win32Exception)
        {
            return false; // The runtime is not installed.
        }
    }
}
