using System.Globalization;
using AspireChat.Client.Session;

namespace AspireChat.Client.Api;

/// <summary>The call that asks all clients who they are.</summary>
internal static class DiscoveryEndpoints
{
    public static void MapDiscovery(this IEndpointRouteBuilder api) =>
        api.MapPost("/discover", (string? seconds, ChatSession session, HttpContext context) => UntilStopping.RunAsync(
            context, end => session.DiscoverAsync(ParseSeconds(seconds), end)));

    private static double? ParseSeconds(string? text) =>
        text is null ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw new ChatException(
            ChatFault.InvalidArgument, $"seconds is not a number; it must be above 0 and at most {SurveyResult.MaxSeconds}.");
}
