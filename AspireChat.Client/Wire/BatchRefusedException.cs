namespace AspireChat.Client.Wire;

/// <summary>A batch of another user broke a rule; <see cref="Exception.Message"/> says which. Nothing of it was kept.</summary>
public sealed class BatchRefusedException(string rule) : Exception(rule);
