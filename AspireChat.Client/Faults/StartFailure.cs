namespace AspireChat.Client.Faults;

/// <summary>
/// Why this client had to stop after the host had started. A background service sets it before it stops the application,
/// since its own exception would only reach the log. The process prints it and ends with exit code 1, as for a
/// <see cref="ClientStartException"/>.
/// </summary>
public sealed class StartFailure
{
    private string? _sentence;

    /// <summary>The sentence for the user; null while nothing has failed.</summary>
    public string? Sentence => Volatile.Read(ref _sentence);

    /// <summary>Sets the reason; the first one stays.</summary>
    public void Set(string sentence) => Interlocked.CompareExchange(ref _sentence, sentence, null);
}
