using System.Net;
using AspireChat.Protos.Rules;

namespace AspireChat.Protos.LocalApi;

/// <summary>A problem document (RFC 9457, <c>application/problem+json</c>), the form of the API's refusals.</summary>
/// <param name="Type">A link to the section of RFC 9110 that defines the status.</param>
/// <param name="Title">What kind of refusal this is, in a few words.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Detail">What was wrong, as a sentence for the user.</param>
/// <param name="TraceId">The W3C trace context of the call, to find it in telemetry.</param>
/// <param name="Fault">The chat's own reason; absent if a rule of HTTP was broken or the client failed.</param>
public sealed record Problem(
    string? Type, string? Title, int? Status, string? Detail, string? TraceId = null, ChatFault? Fault = null);

/// <summary>The client answered and refused; <see cref="Exception.Message"/> is a sentence for the user.</summary>
/// <param name="status">The HTTP status.</param>
/// <param name="fault">The chat's own reason; null if it gave none.</param>
/// <param name="sentence">What was wrong.</param>
public sealed class LocalApiException(HttpStatusCode status, ChatFault? fault, string sentence) : Exception(sentence)
{
    /// <summary>The HTTP status, 4xx or 5xx.</summary>
    public HttpStatusCode Status { get; } = status;

    /// <summary>The chat's own reason; null if it gave none, as for a wrong token.</summary>
    public ChatFault? Fault { get; } = fault;
}
