namespace AspireChat.AppHost.Clients;

/// <summary>A command cannot be carried out, and its <see cref="Exception.Message"/> is the sentence that says why.</summary>
internal sealed class ClientRefusalException(string sentence) : Exception(sentence);
