namespace AspireChat.Client.Groups;

/// <summary>How far somebody has spoken in a group: the last seq that the broker has confirmed.</summary>
/// <param name="Fingerprint">The sender's key.</param>
/// <param name="Seq">The seq; 0 if nothing was said.</param>
internal readonly record struct Said(string Fingerprint, long Seq);
