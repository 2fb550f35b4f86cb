using AspireChat.Client.Chat;
using AspireChat.Client.Discovery;
using AspireChat.Client.Names;
using AspireChat.Client.Redis;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using StackExchange.Redis;
using Xunit;

namespace AspireChat.Tests.Unit.Discovery;

/// <summary>The checks of answers while the name server hangs: a user who is not pinned has no verdict until it is found to be away.</summary>
public sealed class SurveyChecksTests : IAsyncDisposable
{
    private const string Question = "0195c0de-0000-4000-8000-000000000001";

    private readonly LocalStore _store = new();
    private readonly TestPeer _alice = new("alice");
    private readonly TestPeer _bob = new("bob");
    private readonly TestPeer _carol = new("carol");
    private readonly TestPeer _zoe = new("zoe");
    private readonly ManualResetEventSlim _isAway = new();
    private readonly CancellationTokenSource _end = new();
    private readonly NameTrust _trust;
    private readonly SurveyInbox _inbox;
    private readonly SurveyChecks _checks;
    private Task _running = Task.CompletedTask;

    public SurveyChecksTests()
    {
        var redis = new RedisConnection(Hang, Options.Create(new RedisOptions { CallTimeout = TimeSpan.FromSeconds(30) }), TimeProvider.System);
        var options = Options.Create(new NameServerOptions());
        var names = new PresenceDirectory(redis, options, NullLogger<PresenceDirectory>.Instance);
        _trust = new NameTrust(_store.KnownPeers, names, new LiveEvents(), options, NullLogger<NameTrust>.Instance);
        (_inbox, _checks) = NewChecks();
    }

    public async ValueTask DisposeAsync()
    {
        _isAway.Set();
        await _end.CancelAsync();
        await _running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _store.DisposeAsync();
        foreach (var peer in (TestPeer[])[_alice, _bob, _carol, _zoe])
        {
            peer.Dispose();
        }

        _end.Dispose();
        _isAway.Dispose();
    }

    [Fact]
    public async Task Answers_are_checked_together_and_leave_in_the_order_of_arrival()
    {
        await MeetAsync(_bob, _carol);
        Start(Answer(_zoe), Answer(_carol), Answer(_bob), Answer(_carol, "late"));
        var first = _checks.NextAsync(_end.Token);
        Assert.False(first.IsCompleted);

        // Zoe's answer does not count, and held up nothing but the order.
        _isAway.Set();
        Assert.Equal(("carol", 0), Seen(await first.DefaultTimeout()));
        Assert.Equal(("bob", 0), Seen(await _checks.NextAsync(_end.Token).DefaultTimeout()));
        Assert.Equal(("carol", 1), Seen(await _checks.NextAsync(_end.Token).DefaultTimeout()));
    }

    [Fact]
    public async Task At_the_end_of_a_survey_acquaintances_behind_a_stranger_are_still_found()
    {
        await MeetAsync(_bob);

        // Asked again if bob's answer could not be checked in time; zoe's cannot in any.
        var found = await Until.Value("an answer counts", async () =>
        {
            using var window = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            var (inbox, checks) = NewChecks();
            Assert.True(inbox.TryAdd(Answer(_zoe), default) && inbox.TryAdd(Answer(_bob), default));
            var running = checks.RunAsync(window.Token);
            try
            {
                return await checks.NextAsync(window.Token);
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            finally
            {
                await window.CancelAsync();
                await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }, answer => answer is not null);
        Assert.Equal(("bob", 0), Seen(found!));
    }

    [Fact]
    public async Task Nobody_answers_for_this_user_or_with_another_key()
    {
        await MeetAsync(_bob, _carol);
        using var forger = new TestPeer("bob");
        Start(Answer(forger), Answer(_alice), [1, 2, 3], [], Answer(_carol));
        Assert.Equal(("carol", 0), Seen(await _checks.NextAsync(_end.Token).DefaultTimeout()));
    }

    [Fact]
    public async Task A_flood_waits_in_the_inbox()
    {
        var answer = Answer(_zoe);
        while (_inbox.TryAdd(answer, default))
        {
        }

        // No more have left the inbox than are checked at a time, and all of those wait.
        Start();
        var more = 0;
        await Until.True("the checks have taken what they take", () =>
        {
            while (_inbox.TryAdd(answer, default))
            {
                more++;
            }

            return more >= 64;
        });
        Assert.Equal(64, more);
        Assert.False(_inbox.TryAdd(answer, default));
    }

    private IConnectionMultiplexer Hang()
    {
        _isAway.Wait();
        throw new RedisConnectionException(ConnectionFailureType.UnableToConnect, "away");
    }

    private (SurveyInbox Inbox, SurveyChecks Checks) NewChecks()
    {
        var inbox = new SurveyInbox();
        return (inbox, new SurveyChecks(inbox, _trust, _alice.Peer, Question));
    }

    private void Start(params byte[][] answers)
    {
        foreach (var answer in answers)
        {
            Assert.True(_inbox.TryAdd(answer, default));
        }

        _running = _checks.RunAsync(_end.Token);
    }

    private async Task MeetAsync(params TestPeer[] peers)
    {
        foreach (var peer in peers)
        {
            await _store.KnownPeers.MeetAsync(peer.Peer.Name, peer.Peer.Identity.Fingerprint, epoch: 1);
        }
    }

    private static byte[] Answer(TestPeer from, params string[] groups) => SurveyAnswers.Seal(
        from.Peer, new Uri("https://127.0.0.1:5001"), DateTimeOffset.UnixEpoch, groups.ToDictionary(group => group, _ => GroupMode.Durable), Question);

    private static (string User, int Groups) Seen(CheckedAnswer seen) => (seen.Answer.User.Name, seen.Answer.Groups.Count);
}
