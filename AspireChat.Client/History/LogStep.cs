namespace AspireChat.Client.History;

/// <summary>A step in a group's log: everything up to <paramref name="To"/> is now stored here, or need not be.</summary>
/// <remarks>
/// A step counts only from where this client stands. If what lies before it could not be stored, it is not taken, and neither are those
/// after it: the log is then read again from there, and what is here already is dropped by its id.
/// </remarks>
/// <param name="Group">The group.</param>
/// <param name="Generation">Its generation, which has a log of its own.</param>
/// <param name="From">The position before; null: no entry was read yet.</param>
/// <param name="To">The position after, in the form that the reader of that log gives it.</param>
internal readonly record struct LogStep(string Group, string Generation, string? From, string To);
