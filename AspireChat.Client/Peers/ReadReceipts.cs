using AspireChat.Client.Chat;
using AspireChat.Client.History;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Peers;

/// <summary>What other users learn about this user's reading: nothing if this user does not want it.</summary>
internal sealed class ReadReceipts(MessageStore store, IOptions<ChatOptions> options)
{
    /// <summary>Whether others are told.</summary>
    public bool AreOn => options.Value.ReadReceipts;

    /// <summary>The seq up to which a user may know that this user has read; 0 says nothing.</summary>
    public long Through(string user, string fingerprint) => AreOn ? store.ReadThrough(Conversation.With(user), fingerprint) : 0;
}
