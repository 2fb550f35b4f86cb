namespace AspireChat.Bench;

/// <summary>Why a workload could not be measured, as a sentence.</summary>
internal sealed class BenchException(string message) : Exception(message);
