namespace AspireChat.Client.Wire;

/// <summary>Another user's batch broke a rule, named in <see cref="Exception.Message"/>. None of the batch was kept.</summary>
public sealed class BatchRefusedException(string rule) : Exception(rule);
