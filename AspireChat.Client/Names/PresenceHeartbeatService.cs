using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Client.Redis;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>
/// Keeps this client registered at the name server, from the moment its peer server listens until the process ends, and
/// tells the front ends who comes and goes. The connection state <c>redis</c> reports what happens to the registration; it
/// is <see cref="ConnectionStates.Connected"/> exactly while this client is registered.
/// </summary>
public sealed partial class PresenceHeartbeatService(
    PresenceDirectory names,
    LocalPeer self,
    KnownPeers known,
    FirstRegistration first,
    ConnectionStates connections,
    OnlineUsers online,
    StartFailure failure,
    IHostApplicationLifetime lifetime,
    IOptions<NameServerOptions> options,
    TimeProvider time,
    ILogger<PresenceHeartbeatService> logger) : BackgroundService
{
    /// <summary>State: a newer process with this client's key is registered, and peers reach that one.</summary>
    public const string Superseded = "superseded";

    /// <summary>State: another key took this client's name while the client was running.</summary>
    public const string NameTaken = "name-taken";

    private static readonly TimeSpan UnregisterTimeout = TimeSpan.FromSeconds(2);

    private readonly Backoff _backoff = new(TimeSpan.FromMilliseconds(250), TimeSpan.FromSeconds(2));
    private Lease? _lease;
    private string? _state;
    private bool _isHeld;
    private bool _wasHeld;
    private bool _isAway;

    /// <summary>Starts in the background; the connection has a state before any front end asks for it.</summary>
    public override Task StartAsync(CancellationToken cancellationToken)
    {
        Change(ConnectionStates.Connecting);
        return base.StartAsync(cancellationToken);
    }

    /// <summary>Stops renewing and removes the registration, within two seconds even if Redis is away.</summary>
    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        if (_lease is null)
        {
            return;
        }

        using var timeout = new CancellationTokenSource(UnregisterTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            // Even if the lease does not seem to be held: an answer may have been lost, and the token protects a successor's registration.
            await names.UnregisterAsync(_lease, either.Token);
        }
        catch (Exception e) when (e is ChatException or OperationCanceledException)
        {
            Log.NotUnregistered(logger, self.Name);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            _lease = new Lease(self.Name, await self.Address.WaitAsync(stoppingToken), self.Identity.Fingerprint)
            {
                Keys = new PublicKeys(self.Identity.PublicKey, self.Identity.SealingKey),
            };
            await RunAsync(_lease, stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The service is stopping; this is not a fault.
        }
    }

    private async Task RunAsync(Lease lease, CancellationToken stoppingToken)
    {
        while (failure.Sentence is null)
        {
            TimeSpan pause;
            try
            {
                await BeatAsync(lease, stoppingToken);
                _backoff.Reset();
                _isAway = false;
                pause = options.Value.RenewEvery;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                SayAway(e);
                pause = _backoff.Next();
            }

            await Task.Delay(pause, time, stoppingToken);
        }
    }

    private async Task BeatAsync(Lease lease, CancellationToken cancellationToken)
    {
        // One call renews and tells who came and went since.
        var version = online.Version;
        var changes = _isHeld ? await names.RenewAsync(lease, version, cancellationToken) : null;
        if (changes is null)
        {
            if (_isHeld)
            {
                _isHeld = false;
                online.NoteLoss();
                SayLost();
            }

            await RegisterAsync(lease, cancellationToken);
        }

        if (_isHeld)
        {
            Change(ConnectionStates.Connected);
        }

        if (failure.Sentence is null)
        {
            await (changes is null ? online.ListAsync(cancellationToken) : online.TakeAsync(version, changes, cancellationToken));
        }
    }

    private async Task RegisterAsync(Lease lease, CancellationToken cancellationToken)
    {
        // At its start a process takes the name over from any process with the same key; later it only takes back what it lost,
        // and leaves a newer process alone.
        var answer = await names.RegisterAsync(
            lease, await RememberedEpochAsync(), _wasHeld ? self.Epoch : null, cancellationToken);
        switch (answer.Outcome)
        {
            case RegistrationOutcome.Registered:
                // Stored before any peer sees it: after a crash the next epoch must be higher.
                await known.MeetAsync(self.Name, self.Identity.Fingerprint, answer.Epoch);
                self.Epoch = answer.Epoch;
                _isHeld = _wasHeld = true;
                first.Succeed();
                Log.Registered(logger, self.Name, answer.Epoch);
                break;
            case RegistrationOutcome.Superseded:
                SaySuperseded(answer.Epoch);
                break;
            case RegistrationOutcome.NameTaken when _wasHeld:
                SayNameTaken();
                break;
            default:
                var sentence = $"The name {self.Name} belongs to another key: choose another name, or start with the data directory that "
                    + "holds its key. A name is free again some weeks after its last use.";
                failure.Set(sentence);
                first.Hinder(new ChatException(ChatFault.Conflict, sentence));
                lifetime.StopApplication();
                break;
        }
    }

    private async Task<long> RememberedEpochAsync()
    {
        var pin = known.Find(self.Name);
        if (pin is not null && pin.Fingerprint != self.Identity.Fingerprint)
        {
            // The user has replaced this client's key; no other key can be pinned to this client's name here.
            await known.AcceptKeyAsync(self.Name, self.Identity.Fingerprint);
            pin = null;
        }

        return Math.Max(pin?.Epoch ?? 0, self.Epoch);
    }

    private void SayAway(Exception e)
    {
        if (e is ChatException reason)
        {
            first.Hinder(reason);
        }

        if (_isAway)
        {
            return;
        }

        _isAway = true;
        if (e is ChatException)
        {
            Log.Away(logger, (e.InnerException ?? e).GetType().Name, (e.InnerException ?? e).Message);
        }
        else
        {
            Log.Failed(logger, e);
        }

        Change(
            _wasHeld ? ConnectionStates.Reconnecting : ConnectionStates.Connecting,
            $"The name server (Redis) is away; nobody new can find this client until it is back, and {GroupMode.CarriedBy(GroupMode.Redis)} wait. Trying again.");
    }

    private void SayLost()
    {
        Log.Lost(logger, self.Name);
        Change(
            ConnectionStates.Reconnecting,
            "The registration was lost: this client was paused, or the name server lost its data. Registering again.");
    }

    private void SaySuperseded(long epoch)
    {
        if (Change(
            Superseded,
            $"Another process with {self.Name}'s key has registered, and others now reach that one. This one waits until it is gone."))
        {
            Log.Superseded(logger, self.Name, epoch);
        }
    }

    private void SayNameTaken()
    {
        if (Change(
            NameTaken,
            $"THE NAME {self.Name} NOW BELONGS TO ANOTHER KEY: the name server lost its data and somebody else took the name. "
            + "Other users cannot reach you by it. Trying to get it back."))
        {
            Log.NameTaken(logger, self.Name);
        }
    }

    private bool Change(string state, string? detail = null)
    {
        if (_state == state)
        {
            return false;
        }

        _state = state;
        connections.Set(RedisExtensions.ConnectionName, state, detail);
        return true;
    }
}
