using System.Net.Http.Json;

namespace AspireChat.Tests.Infrastructure;

/// <summary>What an operator does: virtual hosts, users, permissions, alarms, and what exists.</summary>
public sealed partial class RabbitMqServer
{
    /// <summary>The names of all queues of a virtual host, in alphabetical order.</summary>
    /// <param name="connectionString">The connection string for the virtual host.</param>
    public Task<IEnumerable<string>> QueuesAsync(string connectionString) => ListAsync("queues", connectionString);

    /// <summary>The names of all exchanges of a virtual host except the predefined ones, in alphabetical order.</summary>
    /// <param name="connectionString">The connection string for the virtual host.</param>
    public async Task<IEnumerable<string>> ExchangesAsync(string connectionString) =>
        (await ListAsync("exchanges", connectionString)).Where(name => name.Length > 0 && !name.StartsWith("amq.", StringComparison.Ordinal));

    /// <summary>The names of the queues that are bound to an exchange.</summary>
    /// <param name="connectionString">The connection string for the virtual host.</param>
    /// <param name="exchange">The name of the exchange.</param>
    public async Task<IEnumerable<string>> BoundQueuesAsync(string connectionString, string exchange)
    {
        var bindings = await _management.GetFromJsonAsync<List<Binding>>(
            $"/api/exchanges/{VirtualHost(connectionString)}/{exchange}/bindings/source");
        return bindings!.Select(binding => binding.Destination);
    }

    /// <summary>Deletes a queue, as an operator might.</summary>
    public async Task DeleteQueueAsync(string connectionString, string queue)
    {
        using var deleted = await _management.DeleteAsync($"/api/queues/{VirtualHost(connectionString)}/{queue}");
        deleted.EnsureSuccessStatusCode();
    }

    /// <summary>Makes a virtual host for one test.</summary>
    /// <returns>The connection string for the virtual host.</returns>
    public async Task<string> CreateVirtualHostAsync()
    {
        var name = $"test-{Guid.NewGuid():N}";
        using var made = await _management.PutAsJsonAsync($"/api/vhosts/{name}", new { });
        made.EnsureSuccessStatusCode();
        using var permitted = await _management.PutAsJsonAsync(
            $"/api/permissions/{name}/{User}", new { configure = ".*", write = ".*", read = ".*" });
        permitted.EnsureSuccessStatusCode();
        return $"{ConnectionString}/{name}";
    }

    /// <summary>Makes a user with all permissions in the default virtual host and none elsewhere.</summary>
    public async Task CreateUserAsync(string name, string password)
    {
        using var made = await _management.PutAsJsonAsync($"/api/users/{name}", new { password, tags = "" });
        made.EnsureSuccessStatusCode();
        using var permitted = await _management.PutAsJsonAsync(
            $"/api/permissions/%2F/{name}", new { configure = ".*", write = ".*", read = ".*" });
        permitted.EnsureSuccessStatusCode();
    }

    /// <summary>Raises or clears its memory alarm; while the alarm lasts it takes no publishes.</summary>
    public async Task AlarmAsync(bool isOn)
    {
        await ControlAsync("set_vm_memory_high_watermark", isOn ? "0.00001" : "0.6");
        await Until.Equal("whether the broker has a memory alarm", isOn, async () =>
        {
            using var answer = await _management.GetAsync("/api/health/checks/alarms");
            return !answer.IsSuccessStatusCode;
        });
    }

    /// <summary>Changes where its user may write in a virtual host.</summary>
    /// <param name="connectionString">The connection string for the virtual host.</param>
    /// <param name="write">A regular expression for names of exchanges and queues.</param>
    public async Task PermitAsync(string connectionString, string write = ".*")
    {
        using var permitted = await _management.PutAsJsonAsync(
            $"/api/permissions/{VirtualHost(connectionString)}/{User}", new { configure = ".*", write, read = ".*" });
        permitted.EnsureSuccessStatusCode();
    }

    private async Task ControlAsync(params string[] arguments)
    {
        Dictionary<string, string?> environment = new() { ["ERL_EPMD_PORT"] = $"{_epmdPort}", ["HOME"] = _folder.FullName };
        var program = Path.Combine(Path.GetDirectoryName(DebianProgram)!, "rabbitmqctl");
        await using var control = TestProcess.Start(
            "rabbitmqctl",
            File.Exists(program) ? program : "rabbitmqctl",
            ["--node", NodeName, "--erlang-cookie", _cookie, .. arguments],
            environment);
        if (await control.Exit.WaitAsync(StartPatience) != 0)
        {
            throw new InvalidOperationException(control.Describe());
        }
    }

    private async Task<IEnumerable<string>> ListAsync(string what, string connectionString)
    {
        var items = await _management.GetFromJsonAsync<List<Named>>($"/api/{what}/{VirtualHost(connectionString)}?columns=name");
        return items!.Select(item => item.Name).Order(StringComparer.Ordinal);
    }

    // The virtual host as a segment of a management path.
    private static string VirtualHost(string connectionString) =>
        new Uri(connectionString).AbsolutePath.TrimStart('/') is { Length: > 0 } name ? name : "%2F";

    private sealed record Named(string Name);

    private sealed record Binding(string Destination);
}
