namespace AspireChat.Client.Page.Access;

/// <summary>Makes login codes for programs that hold the API's token, such as the AppHost.</summary>
internal static class LoginCodeEndpoints
{
    /// <summary>The path of the call.</summary>
    public const string Path = "/api/login-codes";

    /// <summary>Maps the call.</summary>
    public static void MapLoginCodes(this WebApplication app) =>
        app.MapPost(Path, MakeAsync).Produces<LoginCode>();

    // Waiting here, the caller learns at once that its link was used up.
    private static async Task<LoginCode> MakeAsync(
        string? after, LoginCodes codes, TimeProvider time, IHostApplicationLifetime lifetime, CancellationToken hangUp)
    {
        if (after is not null)
        {
            using var end = CancellationTokenSource.CreateLinkedTokenSource(hangUp, lifetime.ApplicationStopping);
            await codes.WhenOver(after).WaitAsync(codes.FreshFor(after), time, end.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            hangUp.ThrowIfCancellationRequested();
        }

        return codes.Make();
    }
}
