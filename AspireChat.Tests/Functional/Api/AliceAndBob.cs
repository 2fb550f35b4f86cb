using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

/// <summary>Two clients that the tests of a class share; no test changes what another one sees.</summary>
public sealed class AliceAndBob : IAsyncLifetime
{
    private ChatSystem? _system;

    public InProcessClient Alice { get; private set; } = null!;

    public InProcessClient Bob { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        _system = await ChatSystem.StartAsync();
        var clients = await _system.StartClientsAsync("alice", "bob");
        (Alice, Bob) = (clients[0], clients[1]);
        await Alice.Api.OpenChatAsync("bob");
    }

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }
}
