using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using AspireChat.Bench.Servers;

namespace AspireChat.Bench.Processes;

/// <summary>This program again, in a role, in a process of its own.</summary>
internal sealed class RoleProcess : IAsyncDisposable
{
    private static readonly TimeSpan EndPatience = TimeSpan.FromSeconds(30);

    private readonly Process _process;
    private readonly ConcurrentQueue<string> _errors = new();
    private readonly SemaphoreSlim _turn = new(1);

    private RoleProcess(Process process) => _process = process;

    /// <summary>The id of the process.</summary>
    public int Id => _process.Id;

    /// <summary>Starts a process and checks that its clock is this process's: times of both are compared.</summary>
    public static async Task<RoleProcess> StartAsync<TRole>()
        where TRole : Role
    {
        var start = new ProcessStartInfo("dotnet", [typeof(RoleProcess).Assembly.Location, RoleHost.Switch, typeof(TRole).Name])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        Settings.RemoveFrom(start);
        var started = new RoleProcess(Process.Start(start)!);
        started._process.ErrorDataReceived += (_, line) => started.Keep(line.Data);
        started._process.BeginErrorReadLine();
        await started.CheckClockAsync();
        return started;
    }

    /// <summary>Asks the role and waits for its answer.</summary>
    /// <exception cref="BenchException">The role failed, or its process ended.</exception>
    public async Task<TAnswer> AskAsync<TAnswer>(Request<TAnswer> request)
    {
        await _turn.WaitAsync();
        try
        {
            var name = request.GetType().Name;
            var with = JsonSerializer.SerializeToElement(request, request.GetType());
            await _process.StandardInput.WriteLineAsync(JsonSerializer.Serialize(new RequestLine(name, with)));
            await _process.StandardInput.FlushAsync();
            var answer = await _process.StandardOutput.ReadLineAsync() is { } line
                ? JsonSerializer.Deserialize<AnswerLine>(line)!
                : throw new BenchException($"A process ended at {name}. {string.Join('\n', _errors.TakeLast(20))}");
            return answer.Failure is null
                ? answer.Answer!.Value.Deserialize<TAnswer>()!
                : throw new BenchException($"{name}: {answer.Failure}");
        }
        catch (IOException e)
        {
            throw new BenchException($"A process has ended. {string.Join('\n', _errors.TakeLast(20))} {e.Message}");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Freezes it, so that it takes no time from what is measured meanwhile.</summary>
    public void Freeze() => Signals.Freeze(Id);

    /// <summary>Lets it go on.</summary>
    public void Thaw() => Signals.Thaw(Id);

    /// <summary>Asks it to end in order and waits; kills it if it does not.</summary>
    public async ValueTask DisposeAsync()
    {
        Thaw();
        _process.StandardInput.Close();
        using var patience = new CancellationTokenSource(EndPatience);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
        _turn.Dispose();
    }

    private async Task CheckClockAsync()
    {
        var before = Stopwatch.GetTimestamp();
        var there = await AskAsync(new ReadClock());
        if (there < before || there > Stopwatch.GetTimestamp())
        {
            throw new BenchException("The processes of this machine do not share the monotonic clock, so times one way cannot be measured.");
        }
    }

    private void Keep(string? line)
    {
        if (line is not null)
        {
            _errors.Enqueue(line);
            if (_errors.Count > 200)
            {
                _errors.TryDequeue(out _);
            }
        }
    }
}
