using AspireChat.Client.Chat;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>
/// This process's first registration at the name server, as a signal. A client is up before it is registered, and until
/// then others refuse what it says or cannot find it; so whatever depends on them waits here, and waits once. What happens
/// to the registration later is said by the state of the connection <c>redis</c>.
/// </summary>
public sealed class FirstRegistration(IOptions<NameServerOptions> options, TimeProvider time)
{
    private const string TooLate = "This client is not registered at the name server yet; try again later.";

    private readonly TaskCompletionSource _registered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _hindered = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Hindrance _hindrance = new(ChatFault.Unavailable, TooLate, Cause: null);

    /// <summary>Waits until this client is registered, at most <see cref="NameServerOptions.StartPatience"/>.</summary>
    /// <exception cref="ChatException">
    /// <see cref="ChatFault.Unavailable"/>: the name server is away, which is said at once, or there was no answer in time.
    /// <see cref="ChatFault.Conflict"/>: the name belongs to another key.
    /// </exception>
    public async Task WaitAsync(CancellationToken cancellationToken)
    {
        if (!await SettleAsync(cancellationToken))
        {
            throw _hindrance.ToException();
        }
    }

    /// <summary>As <see cref="WaitAsync"/>, for those who can do something without a registration too.</summary>
    /// <returns>Whether this client is registered.</returns>
    public async Task<bool> SettleAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAny(_registered.Task, _hindered.Task).WaitAsync(options.Value.StartPatience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Nobody knows yet; the caller waited long enough.
        }

        return _registered.Task.IsCompleted;
    }

    /// <summary>Waits until this client is registered, however long that takes.</summary>
    public Task UntilRegisteredAsync(CancellationToken cancellationToken) => _registered.Task.WaitAsync(cancellationToken);

    /// <summary>It succeeded: nobody waits any more.</summary>
    internal void Succeed() => _registered.TrySetResult();

    /// <summary>
    /// It cannot succeed at present: who waits is told so now. No answer in time is no hindrance, since the name server may
    /// only be as slow as a machine on which everything starts at once.
    /// </summary>
    internal void Hinder(ChatException reason)
    {
        if (reason.InnerException is not TimeoutException)
        {
            _hindrance = new Hindrance(reason.Fault, reason.Message, reason);
            _hindered.TrySetResult();
        }
    }

    // An exception of its own for each who waited.
    private sealed record Hindrance(ChatFault Fault, string Sentence, Exception? Cause)
    {
        public ChatException ToException() => new(Fault, Sentence, Cause);
    }
}
