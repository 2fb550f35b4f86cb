using System.ComponentModel.DataAnnotations;

namespace AspireChat.Client.Api;

/// <summary>The options of the local API in the section <c>Chat</c>.</summary>
public sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat";

    /// <summary>
    /// The token that every call of the API carries (<c>Chat:ApiToken</c>), in the characters that RFC 6750, section 2.1,
    /// allows. If it is empty, the client makes and prints a random one at each start.
    /// </summary>
    [RegularExpression("[A-Za-z0-9._~+/-]+=*", ErrorMessage = "{0} may contain only letters, digits and . _ ~ + / -, and '=' at its end.")]
    public string ApiToken { get; set; } = "";

    /// <summary>
    /// Host names under which the web port may be called besides <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c>
    /// (<c>Chat:ApiHosts</c>), separated by commas, without ports. Others are refused, because a foreign web page's host
    /// name could point to this machine.
    /// </summary>
    public string ApiHosts { get; set; } = "";
}
