using AspireChat.Tests.Infrastructure;
using Xunit;

[assembly: AssemblyFixture(typeof(SharedRabbitMq))]

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// The broker that all tests share that do not break it, started on first use. A test takes it as a constructor argument and
/// asks for a virtual host of its own.
/// </summary>
public sealed class SharedRabbitMq : IAsyncDisposable
{
    private readonly Lazy<Task<RabbitMqServer>> _server = new(RabbitMqServer.StartAsync);

    /// <summary>The connection string for a new virtual host that no other test uses.</summary>
    public async Task<string> CreateVirtualHostAsync() => await (await _server.Value).CreateVirtualHostAsync();

    /// <summary>The broker itself, for reading only, since other tests use it.</summary>
    public Task<RabbitMqServer> ServerAsync() => _server.Value;

    /// <inheritdoc cref="RabbitMqServer.QueuesAsync"/>
    public async Task<IEnumerable<string>> QueuesAsync(string connectionString) => await (await _server.Value).QueuesAsync(connectionString);

    /// <inheritdoc cref="RabbitMqServer.ExchangesAsync"/>
    public async Task<IEnumerable<string>> ExchangesAsync(string connectionString) => await (await _server.Value).ExchangesAsync(connectionString);

    public async ValueTask DisposeAsync()
    {
        if (_server.IsValueCreated)
        {
            await (await _server.Value).DisposeAsync();
        }
    }
}
