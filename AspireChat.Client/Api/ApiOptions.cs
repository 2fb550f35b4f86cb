using System.ComponentModel.DataAnnotations;

namespace AspireChat.Client.Api;

/// <summary>What the section <c>Chat</c> says about the web port: the local API and, later, the page.</summary>
public sealed class ApiOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "Chat";

    /// <summary>
    /// The token that every call of the API carries (<c>Chat:ApiToken</c>), of the characters that RFC 6750, section 2.1,
    /// allows. If empty, a random one is made at each start and printed.
    /// </summary>
    [RegularExpression("[A-Za-z0-9._~+/-]+=*", ErrorMessage = "{0} may have letters, digits and . _ ~ + / - only, and '=' at its end.")]
    public string ApiToken { get; set; } = "";

    /// <summary>
    /// Host names under which the web port may be called besides <c>localhost</c>, <c>127.0.0.1</c> and <c>[::1]</c>
    /// (<c>Chat:ApiHosts</c>), separated by commas, without ports. Others are refused: a page of somebody else's could
    /// have its own name point to this machine.
    /// </summary>
    public string ApiHosts { get; set; } = "";
}
