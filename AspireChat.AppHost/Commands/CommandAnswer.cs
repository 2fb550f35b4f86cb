namespace AspireChat.AppHost.Commands;

/// <summary>What a command that did its work answers.</summary>
internal static class CommandAnswer
{
    /// <summary>A sentence, as message and as data: the dashboard shows both, the command line prints the latter.</summary>
    public static ExecuteCommandResult Success(string sentence) =>
        CommandResults.Success(sentence, sentence, CommandResultFormat.Text, displayImmediately: true);
}
