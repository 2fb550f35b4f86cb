namespace AspireChat.Client.Groups;

/// <summary>A sender's last seq in a group that the broker has confirmed.</summary>
/// <param name="Fingerprint">The sender's key.</param>
/// <param name="Seq">The seq; 0 if there is none.</param>
internal readonly record struct Said(string Fingerprint, long Seq);
