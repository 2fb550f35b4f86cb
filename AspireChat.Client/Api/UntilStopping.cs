namespace AspireChat.Client.Api;

/// <summary>Runs calls that may wait for other users longer than a shutdown may take: they end when the client stops.</summary>
internal static class UntilStopping
{
    /// <summary>Runs a call until it is done, the caller disconnects, or the client stops.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: the client is stopping.</exception>
    public static async Task<T> RunAsync<T>(HttpContext context, Func<CancellationToken, Task<T>> call)
    {
        var stopping = context.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
        try
        {
            return await call(either.Token);
        }
        catch (OperationCanceledException) when (!context.RequestAborted.IsCancellationRequested && either.IsCancellationRequested)
        {
            throw new ChatException(ChatFault.Unavailable, "This client is shutting down.");
        }
    }
}
