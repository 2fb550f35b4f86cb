using System.Text.Json;

namespace AspireChat.Bench.Processes;

/// <summary>A request on its way to a role.</summary>
internal sealed record RequestLine(string Request, JsonElement With);

/// <summary>An answer of a role: what was asked for, or why not.</summary>
internal sealed record AnswerLine(JsonElement? Answer, string? Failure);

/// <summary>Runs a role: a line of JSON in, a line of JSON out, until the standard input ends.</summary>
internal static class RoleHost
{
    /// <summary>The argument before the name of the role.</summary>
    public const string Switch = "--as";

    /// <summary>Runs a role in this process.</summary>
    public static async Task<int> RunAsync(string name)
    {
        await using var lines = new StreamWriter(Console.OpenStandardOutput()) { AutoFlush = true };
        Console.SetOut(Console.Error); // Nothing else may be printed among the answers.
        using var ending = System.Runtime.InteropServices.PosixSignalRegistration.Create(
            System.Runtime.InteropServices.PosixSignal.SIGINT, context => context.Cancel = true); // The run itself ends this process.
        await using var role = Role.Create(name);
        while (await Console.In.ReadLineAsync() is { } line)
        {
            AnswerLine answer;
            try
            {
                var (request, with) = JsonSerializer.Deserialize<RequestLine>(line)!;
                answer = new AnswerLine(JsonSerializer.SerializeToElement(await role.AnswerAsync(request, with)), Failure: null);
            }
            catch (Exception e)
            {
                answer = new AnswerLine(Answer: null, $"{e.GetType().Name}: {e.Message}");
                await Console.Error.WriteLineAsync(e.ToString());
            }

            await lines.WriteLineAsync(JsonSerializer.Serialize(answer));
        }

        return 0;
    }
}
