using System.ComponentModel.DataAnnotations;

namespace AspireChat.Client.Chat;

/// <summary>Whether another user may open a chat without this user's consent.</summary>
public enum AcceptChats
{
    /// <summary>A chat from a user with a valid identity opens at once.</summary>
    Auto,

    /// <summary>This user accepts or declines each new chat.</summary>
    Ask,
}

/// <summary>The section <c>Chat</c>: who this client is and how it treats others.</summary>
public sealed class ChatOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat";

    /// <summary>The name of this user (<c>Chat:Name</c>, or <c>--name</c>); see <see cref="ChatName"/>. Required.</summary>
    [Required]
    public string Name { get; set; } = "";

    /// <summary>
    /// Where identity and history are kept (<c>Chat:DataDirectory</c>). If empty, <c>AspireChat/{name}</c> in the operating
    /// system's folder for a user's application data. Only one client at a time may use it.
    /// </summary>
    public string DataDirectory { get; set; } = "";

    /// <summary>
    /// The host name or address under which other clients reach this one (<c>Chat:AdvertisedHost</c>). The default is
    /// for clients on one machine; on a network set it together with <c>Chat:Peer:Address</c>.
    /// </summary>
    [Required]
    public string AdvertisedHost { get; set; } = "127.0.0.1";

    /// <summary>Whether chats from other users open at once or need consent (<c>Chat:AcceptChats</c>).</summary>
    public AcceptChats AcceptChats { get; set; } = AcceptChats.Auto;

    /// <summary>Whether others are told that this user has read their private messages (<c>Chat:ReadReceipts</c>).</summary>
    public bool ReadReceipts { get; set; } = true;

    /// <summary>How long the opening of a chat waits for the other user's answer (<c>Chat:OpenTimeout</c>): 1 s to 5 min.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "00:05:00")]
    public TimeSpan OpenTimeout { get; set; } = TimeSpan.FromSeconds(30);
}
