using System.Text.Json.Serialization;

namespace AspireChat.Protos.LocalApi;

/// <summary>This client's identity and its connections.</summary>
/// <param name="Name">Its user's name.</param>
/// <param name="Address">Its peer address, <c>https://host:port</c>.</param>
/// <param name="Fingerprint">Lower-case hex SHA-256 of its public key's DER SubjectPublicKeyInfo, 64 digits.</param>
/// <param name="Connections">State of each connection by name, for example <c>redis</c> → <c>connected</c>.</param>
/// <param name="Details">A sentence for each connection that has more than a state to report; absent if there is none.</param>
public sealed record Me(
    string Name,
    string Address,
    string Fingerprint,
    IReadOnlyDictionary<string, string> Connections,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] IReadOnlyDictionary<string, string>? Details = null);

/// <summary>A user as the name server lists them.</summary>
/// <param name="Name">The user name.</param>
/// <param name="Address">The peer address, <c>https://host:port</c>.</param>
/// <param name="Since">When the user registered, by the name server's clock.</param>
public sealed record OnlineUser(string Name, string Address, DateTimeOffset Since);
