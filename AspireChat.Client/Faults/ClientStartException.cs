namespace AspireChat.Client.Faults;

/// <summary>
/// This client cannot run, and its <see cref="Exception.Message"/> is the sentence that tells the user why and what
/// to do. It ends the process with that sentence and exit code 1, without a stack trace.
/// </summary>
public sealed class ClientStartException(string sentence) : Exception(sentence);
