namespace AspireChat.Client.Wire;

/// <summary>Another user's batch broke a rule, named in <see cref="Exception.Message"/>. None of the batch was kept.</summary>
public class BatchRefusedException(string rule) : Exception(rule);

/// <summary>
/// Nobody vouches that the key of a batch speaks for its name: the name was never met here, and is not claimed with that key, or no
/// longer.
/// </summary>
public sealed class BatchUnvouchedException(string rule) : BatchRefusedException(rule);
