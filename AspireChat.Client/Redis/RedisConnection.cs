using System.Diagnostics;
using System.Net.Sockets;
using AspireChat.Client.Telemetry;
using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Redis;

/// <summary>
/// The connection to Redis, opened in the background at first use: opening it blocks until Redis answers or the connect
/// timeout is over, and the start must not wait for that. Once open, it repairs itself.
/// </summary>
/// <remarks>
/// Every call is bounded by <see cref="RedisOptions.CallTimeout"/> and ends with a <see cref="ChatException"/>
/// (<see cref="ChatFault.Unavailable"/>) if Redis is away or answers with an error.
/// </remarks>
/// <param name="connect">Opens the connection; called again if it failed.</param>
/// <param name="options">The longest a call may take.</param>
/// <param name="time">The clock.</param>
public sealed class RedisConnection(Func<IConnectionMultiplexer> connect, IOptions<RedisOptions> options, TimeProvider time)
{
    // Scripts are sent as text, a kilobyte each: a restarted Redis has forgotten them, and not every library version notices.
    private const CommandFlags ScriptFlags = CommandFlags.NoScriptCache;

    private readonly Lock _gate = new();
    private Task<IConnectionMultiplexer>? _connecting;
    private long _brokenAt;

    /// <summary>How long Redis has answered without a break that was noticed; null if none was.</summary>
    public TimeSpan? UnbrokenFor => Volatile.Read(ref _brokenAt) is not 0 and var at ? time.GetElapsedTime(at) : null;

    /// <summary>Runs a Lua script, which traces show by its name.</summary>
    public Task<RedisResult> EvaluateAsync(
        string name, string script, RedisKey[] keys, RedisValue[] values, CancellationToken cancellationToken) =>
        CallAsync("EVAL", name, database => database.ScriptEvaluateAsync(script, keys, values, ScriptFlags), cancellationToken);

    /// <summary>Calls Redis.</summary>
    /// <param name="command">The command, as traces show it.</param>
    /// <param name="target">Its subject: a script's name, or the prefix of keys; never a whole key.</param>
    /// <param name="call">The call.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: Redis is away, or answered with an error.</exception>
    public async Task<T> CallAsync<T>(
        string command, string target, Func<IDatabase, Task<T>> call, CancellationToken cancellationToken)
    {
        using var span = ChatTelemetry.StartRedis(command, target);
        try
        {
            return await AskAsync(call, span, cancellationToken);
        }
        catch (Exception e)
        {
            ChatTelemetry.Fail(span, e.InnerException ?? e);
            throw;
        }
    }

    private async Task<T> AskAsync<T>(Func<IDatabase, Task<T>> call, Activity? span, CancellationToken cancellationToken)
    {
        using var timeout = new CancellationTokenSource(options.Value.CallTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
        try
        {
            var database = await OpenAsync(either.Token);
            if (span is not null)
            {
                ChatTelemetry.SetServer(span, database.Multiplexer.GetEndPoints());
            }

            return await call(database).WaitAsync(either.Token);
        }
        catch (RedisServerException e)
        {
            throw new ChatException(ChatFault.Unavailable, "The name server (Redis) answered with an error; try again later.", e);
        }
        catch (Exception e) when (IsAway(e))
        {
            cancellationToken.ThrowIfCancellationRequested();
            NoteBreak();
            var cause = timeout.IsCancellationRequested
                ? new TimeoutException($"No answer within {options.Value.CallTimeout.TotalSeconds:0.###} s.", e)
                : e;
            throw new ChatException(ChatFault.Unavailable, "The name server (Redis) is away; try again later.", cause);
        }
    }

    private IConnectionMultiplexer Connect()
    {
        var connection = connect();
        connection.ConnectionFailed += (_, _) => NoteBreak();
        connection.ConnectionRestored += (_, _) => NoteBreak();
        return connection;
    }

    private void NoteBreak() => Volatile.Write(ref _brokenAt, time.GetTimestamp());

    // The library lets the socket's exception through if a connection breaks again while it is being closed, and its pipe's
    // exception if the connection ends while a message is being written.
    private static bool IsAway(Exception e) =>
        e is RedisException or TimeoutException or OperationCanceledException or ObjectDisposedException or IOException or SocketException
            or InvalidOperationException { Source: "System.IO.Pipelines" };

    // Returns the database as soon as there is a connection object; Redis itself may still be away.
    private async Task<IDatabase> OpenAsync(CancellationToken cancellationToken)
    {
        Task<IConnectionMultiplexer> connecting;
        lock (_gate)
        {
            if (_connecting is null or { IsFaulted: true })
            {
                _connecting = Task.Run(Connect, CancellationToken.None);
            }

            connecting = _connecting;
        }

        return (await connecting.WaitAsync(cancellationToken)).GetDatabase();
    }
}
