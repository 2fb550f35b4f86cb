namespace AspireChat.AppHost;

/// <summary>
/// The system cannot be started, and its <see cref="Exception.Message"/> is the sentence that tells the user why and
/// what to do. It ends the host with that sentence and exit code 1, without a stack trace.
/// </summary>
internal sealed class HostException(string sentence) : Exception(sentence);
