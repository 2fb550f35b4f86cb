namespace AspireChat.AppHost.Aspire;

/// <summary>What a command that did its work answers with.</summary>
internal static class CommandAnswer
{
    /// <summary>A sentence, as message and as data: the dashboard shows the one, the command line the other.</summary>
    public static ExecuteCommandResult Success(string sentence) => CommandResults.Success(sentence, sentence);
}
