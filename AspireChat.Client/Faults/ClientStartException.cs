namespace AspireChat.Client.Faults;

/// <summary>
/// This client cannot run; <see cref="Exception.Message"/> is a sentence that tells the user why and what to do. The process
/// prints that sentence without a stack trace and ends with exit code 1.
/// </summary>
public sealed class ClientStartException(string sentence) : Exception(sentence);
