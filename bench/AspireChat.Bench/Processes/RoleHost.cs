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
        var next = Task.Run(Console.In.ReadLine);
        while (await next is { } line)
        {
            next = Task.Run(Console.In.ReadLine);
            var answer = AnswerAsync(role, line);
            if (await Task.WhenAny(answer, next) == next && await next is null)
            {
                Environment.Exit(1); // The run has ended in the middle, and nobody waits for the answer.
            }

            await lines.WriteLineAsync(JsonSerializer.Serialize(await answer));
        }

        return 0;
    }

    private static async Task<AnswerLine> AnswerAsync(Role role, string line)
    {
        try
        {
            var (request, with) = JsonSerializer.Deserialize<RequestLine>(line)!;
            return new AnswerLine(JsonSerializer.SerializeToElement(await role.AnswerAsync(request, with)), Failure: null);
        }
        catch (Exception e)
        {
            await Console.Error.WriteLineAsync(e.ToString());
            return new AnswerLine(Answer: null, $"{e.GetType().Name}: {e.Message}");
        }
    }
}
