using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.WebUtilities;

namespace AspireChat.Client.Api;

/// <summary>
/// Turns every refusal and fault into a problem document (RFC 9457). Refusals of the chat have the additional member
/// <c>fault</c>, which distinguishes those with the same status.
/// </summary>
public sealed partial class ProblemMapping(ILogger<ProblemMapping> logger) : IExceptionHandler
{
    /// <inheritdoc/>
    public async ValueTask<bool> TryHandleAsync(
        HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not (ChatException or BadHttpRequestException))
        {
            Log.Unhandled(logger, exception);
        }

        var problem = Describe(exception);
        if (problem.StatusCode == StatusCodes.Status401Unauthorized)
        {
            // A 401 must have this header (RFC 9110, section 11.6.1).
            httpContext.Response.Headers.WWWAuthenticate = "Bearer";
        }

        await problem.ExecuteAsync(httpContext);
        return true;
    }

    /// <summary>Writes the document for a response that has only a status, such as 404 and 405 of routing.</summary>
    public static Task WriteStatusAsync(HttpContext context)
    {
        var status = context.Response.StatusCode;
        return Problem(status, ReasonPhrases.GetReasonPhrase(status), status switch
        {
            StatusCodes.Status404NotFound => "This client has nothing at that path.",
            StatusCodes.Status405MethodNotAllowed =>
                $"{context.Request.Method} is not possible at that path; allowed: {context.Response.Headers.Allow}.",
            _ => "The request was refused.",
        }).ExecuteAsync(context);
    }

    /// <summary>Describes an exception to the caller as a problem.</summary>
    internal static ProblemHttpResult Describe(Exception exception) => exception switch
    {
        ChatException e => Problem(StatusOf(e.Fault), TitleOf(e.Fault), e.Message, e.Fault),
        BadHttpRequestException { StatusCode: StatusCodes.Status413PayloadTooLarge } e => Problem(
            e.StatusCode,
            TitleOf(ChatFault.TextTooLong),
            $"The body is larger than the {ApiExtensions.MaxBodyBytes:N0} bytes that are allowed."),
        BadHttpRequestException e => Problem(e.StatusCode, ReasonPhrases.GetReasonPhrase(e.StatusCode), e.Message),
        _ => Problem(
            StatusCodes.Status500InternalServerError,
            "Unexpected error",
            "Something went wrong inside this client; its log has the details."),
    };

    /// <summary>The status of a refusal.</summary>
    internal static int StatusOf(ChatFault fault) => fault switch
    {
        ChatFault.InvalidName or ChatFault.InvalidText or ChatFault.InvalidArgument => StatusCodes.Status400BadRequest,
        ChatFault.TextTooLong => StatusCodes.Status413PayloadTooLarge,
        ChatFault.NotFound => StatusCodes.Status404NotFound,
        ChatFault.Declined or ChatFault.Conflict or ChatFault.KeyMismatch => StatusCodes.Status409Conflict,
        ChatFault.NoAnswer => StatusCodes.Status504GatewayTimeout,
        ChatFault.Unavailable => StatusCodes.Status503ServiceUnavailable,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static string TitleOf(ChatFault fault) => fault switch
    {
        ChatFault.InvalidName => "Not a name",
        ChatFault.InvalidText => "Not a text",
        ChatFault.InvalidArgument => "Not a valid argument",
        ChatFault.TextTooLong => "Too long",
        ChatFault.NotFound => "Not found",
        ChatFault.Declined => "Declined",
        ChatFault.Conflict => "Not possible in this state",
        ChatFault.NoAnswer => "No answer",
        ChatFault.KeyMismatch => "The key has changed: this may be someone else",
        ChatFault.Unavailable => "Not possible at present",
        _ => "Refused",
    };

    // Written whatever the caller accepts, because a refusal without its sentence is of no use.
    private static ProblemHttpResult Problem(int status, string title, string detail, ChatFault? fault = null) => TypedResults.Problem(
        detail,
        statusCode: status,
        title: title,
        extensions: fault is null
            ? null
            : [new("fault", JsonNamingPolicy.KebabCaseLower.ConvertName(fault.Value.ToString()))]);

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "A call of the API failed unexpectedly", EventName = "UnhandledApiError")]
        public static partial void Unhandled(ILogger logger, Exception exception);
    }
}
