namespace AspireChat.Client.Groups;

/// <summary>What a member knows of a room when it renews its lease there.</summary>
/// <param name="Group">The group.</param>
/// <param name="Mode">Its mode.</param>
/// <param name="Generation">The generation with which the member entered.</param>
/// <param name="Said">The member's own last confirmed seq.</param>
internal sealed record HeldRoom(string Group, GroupMode Mode, string Generation, Said Said);
