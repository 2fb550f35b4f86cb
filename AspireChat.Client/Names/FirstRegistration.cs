using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>
/// Signals this process's first registration at the name server. A client runs before it is registered, and until then
/// peers refuse its messages or cannot find it; so every operation that depends on peers waits here, once. The connection
/// state <c>redis</c> reports what happens to the registration later.
/// </summary>
public sealed class FirstRegistration(IOptions<NameServerOptions> options, TimeProvider time)
{
    private const string TooLate = "This client is not registered at the name server yet; try again later.";

    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hindered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Hindrance _hindrance = new(ChatFault.Unavailable, TooLate, Cause: null);

    /// <summary>Waits until this client is registered, at most <see cref="NameServerOptions.StartPatience"/>.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Unavailable"/>: the name server is away, which is reported at once, or did not answer in time.
    /// <see cref="ChatFault.Conflict"/>: the name belongs to another key.
    /// </exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!await SettleAsync(cancellationToken))
        {
            throw _hindrance.ToException();
        }
    }

    /// <summary>Like <see cref="WaitAsync"/>, for callers that can work without a registration too.</summary>
    /// <returns>Whether this client is registered.</returns>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(_registered.Task, _hindered.Task).WaitAsync(options.Value.StartPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // The outcome is not known yet, but the caller has waited long enough.
        }

        return _registered.Task.IsCompleted;
    }

    /// <summary>Waits until this client is registered, however long that takes.</summary>
    public Task UntilRegisteredAsync(CancellationToken cancellationToken) => _registered.Task.WaitAsync(cancellationToken);

    /// <summary>Records that the registration succeeded, and releases the waiting callers.</summary>
    internal void Succeed() => _registered.TrySetResult();

    /// <summary>
    /// Records that the registration cannot succeed at present, and tells waiting callers at once. A timeout does not count: the
    /// name server may merely be slow because everything on its machine starts at once.
    /// </summary>
    internal void Hinder(ChatException reason)
    {
        if (reason.InnerException is not TimeoutException)
        {
            _hindrance = new Hindrance(reason.Fault, reason.Message, reason);
            _hindered.TrySetResult();
        }
    }

    // Each caller gets its own exception.
    private sealed record Hindrance(ChatFault Fault, string Sentence, Exception? Cause)
    {
        public ChatException ToException() => new(Fault, Sentence, Cause);
    }
}
