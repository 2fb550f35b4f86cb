namespace AspireChat.AppHost.Clients;

/// <summary>A command cannot be carried out; <see cref="Exception.Message"/> says why in a sentence.</summary>
internal sealed class ClientRefusalException(string sentence) : Exception(sentence);
