using AspireChat.Client.Names;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit.Names;

public sealed class FirstRegistrationTests
{
    private readonly FirstRegistration _first = Waiting(TimeSpan.FromMinutes(1));

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_waiting_caller_continues_after_the_registration()
    {
        var waiting = _first.WaitAsync(Cancellation);
        var watching = _first.UntilRegisteredAsync(Cancellation);
        Assert.False(waiting.IsCompleted);
        Assert.False(watching.IsCompleted);

        _first.Succeed();

        await waiting.DefaultTimeout();
        await watching.DefaultTimeout();
        Assert.True(await _first.SettleAsync(Cancellation));
    }

    [Fact]
    public async Task A_later_hindrance_changes_nothing()
    {
        _first.Succeed();
        _first.Hinder(new ChatException(ChatFault.Unavailable, "away"));

        await _first.WaitAsync(Cancellation).DefaultTimeout();
    }

    [Fact]
    public async Task A_hindrance_is_reported_at_once_and_the_last_one_counts()
    {
        var waiting = _first.WaitAsync(Cancellation);
        _first.Hinder(new ChatException(ChatFault.Unavailable, "away"));
        Assert.Equal("away", (await Assert.ThrowsAsync<ChatException>(() => waiting.DefaultTimeout())).Message);

        _first.Hinder(new ChatException(ChatFault.Conflict, "refused"));
        var refusal = await Assert.ThrowsAsync<ChatException>(() => _first.WaitAsync(Cancellation).DefaultTimeout());
        Assert.Equal((ChatFault.Conflict, "refused"), (refusal.Fault, refusal.Message));
        Assert.False(await _first.SettleAsync(Cancellation));

        _first.Succeed();
        await _first.WaitAsync(Cancellation).DefaultTimeout();
    }

    [Fact]
    public async Task A_timeout_is_no_hindrance()
    {
        _first.Hinder(new ChatException(ChatFault.Unavailable, "away", new TimeoutException()));
        var waiting = _first.WaitAsync(Cancellation);
        Assert.False(waiting.IsCompleted);
        _first.Succeed();
        await waiting.DefaultTimeout();
    }

    [Fact]
    public async Task The_wait_has_a_limit()
    {
        var first = Waiting(TimeSpan.Zero);
        var refusal = await Assert.ThrowsAsync<ChatException>(() => first.WaitAsync(Cancellation).DefaultTimeout());
        Assert.Equal(ChatFault.Unavailable, refusal.Fault);
        Assert.StartsWith("This client is not registered at the name server yet", refusal.Message);
        Assert.False(await first.SettleAsync(Cancellation));
    }

    [Fact]
    public async Task The_wait_ends_with_the_call()
    {
        using var hungUp = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var waiting = _first.WaitAsync(hungUp.Token);
        await hungUp.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting.DefaultTimeout());
    }

    private static FirstRegistration Waiting(TimeSpan patience) =>
        new(Options.Create(new NameServerOptions { StartPatience = patience }), TimeProvider.System);
}
