namespace AspireChat.Client.Faults;

/// <summary>
/// Why this client had to end although the host had started: what a background service leaves here before it stops
/// the application, since an exception of its own would end up in a log. The process prints it and ends with exit
/// code 1, as for a <see cref="ClientStartException"/>.
/// </summary>
public sealed class StartFailure
{
    private string? _sentence;

    /// <summary>The sentence for the user; null as long as nothing failed.</summary>
    public string? Sentence => Volatile.Read(ref _sentence);

    /// <summary>Says why; the first reason stays.</summary>
    public void Set(string sentence) => Interlocked.CompareExchange(ref _sentence, sentence, null);
}
