namespace AspireChat.Client.Window;

/// <summary>A command that a user may type after a slash, or choose.</summary>
/// <param name="Word">The word.</param>
/// <param name="Arguments">What follows it, as help shows it; empty if nothing does.</param>
/// <param name="Help">What it does.</param>
/// <param name="Least">The fewest arguments.</param>
/// <param name="Run">Does it.</param>
internal sealed record WindowCommand(string Word, string Arguments, string Help, int Least, Func<ChatWindow, string[], Task> Run);

/// <summary>A key that does something.</summary>
/// <param name="Keys">The keys.</param>
/// <param name="Help">What they do.</param>
internal sealed record Shortcut(string Keys, string Help);
