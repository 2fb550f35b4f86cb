namespace AspireChat.Bench.Processes;

/// <summary>Many users in several processes of one role.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private const int PerProcess = 50;

    private readonly List<(RoleProcess Process, string[] Users)> _parts = [];

    /// <summary>Starts the processes one after the other, and what is in them.</summary>
    /// <param name="users">Their names.</param>
    /// <param name="start">Starts some of the users in a process.</param>
    /// <param name="perProcess">How many share a process.</param>
    public static async Task<Crowd> StartAsync<TRole>(
        IEnumerable<string> users, Func<RoleProcess, string[], Task> start, int perProcess = PerProcess)
        where TRole : Role
    {
        var crowd = new Crowd();
        try
        {
            foreach (var part in users.Chunk(perProcess))
            {
                var process = await RoleProcess.StartAsync<TRole>();
                crowd._parts.Add((process, part));
                await start(process, part);
            }

            return crowd;
        }
        catch
        {
            await crowd.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks all processes at once.</summary>
    /// <param name="request">Makes the request from the number of the process's users.</param>
    public Task<TAnswer[]> AskAsync<TAnswer>(Func<int, Request<TAnswer>> request) =>
        Task.WhenAll(_parts.Select(part => part.Process.AskAsync(request(part.Users.Length))));

    /// <inheritdoc cref="RoleProcess.Freeze"/>
    public void Freeze() => _parts.ForEach(part => part.Process.Freeze());

    /// <inheritdoc cref="RoleProcess.Thaw"/>
    public void Thaw() => _parts.ForEach(part => part.Process.Thaw());

    public async ValueTask DisposeAsync() => await Task.WhenAll(_parts.Select(part => part.Process.DisposeAsync().AsTask()));
}
