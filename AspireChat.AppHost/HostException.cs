namespace AspireChat.AppHost;

/// <summary>
/// The system cannot be started; <see cref="Exception.Message"/> tells the user in a sentence why, and what to do. The host
/// ends with that sentence and exit code 1, without a stack trace.
/// </summary>
internal sealed class HostException(string sentence) : Exception(sentence);
