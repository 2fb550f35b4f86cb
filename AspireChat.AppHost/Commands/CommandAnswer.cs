namespace AspireChat.AppHost.Commands;

/// <summary>Makes the answer of a command that succeeded.</summary>
internal static class CommandAnswer
{
    /// <summary>Answers with a sentence as message and as data: the dashboard shows both, the command line prints the data.</summary>
    public static ExecuteCommandResult Success(string sentence) =>
        CommandResults.Success(sentence, sentence, CommandResultFormat.Text, displayImmediately: true);
}
