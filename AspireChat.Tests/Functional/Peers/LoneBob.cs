using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>A Redis and one client, bob. The tests of a class call it as strangers, each with names of its own.</summary>
public sealed class LoneBob : IAsyncLifetime
{
    private ChatSystem? _system;
    private InProcessClient? _bob;

    public RedisServer Redis => _system!.Redis;

    public InProcessClient Bob => _bob!;

    /// <summary>Bob's peer address.</summary>
    public string Address { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        _system = await ChatSystem.StartAsync();
        await AgeRedisAsync();
        _bob = await _system.StartClientAsync("bob");
        Address = (await _bob.Api.MeAsync()).Address;
    }

    public async ValueTask DisposeAsync()
    {
        if (_system is not null)
        {
            await _system.DisposeAsync();
        }
    }

    /// <summary>Redis has kept its data for long, so a missing claim is not a lost one.</summary>
    public Task AgeRedisAsync() => Redis.ExecuteAsync("SET", "chat:since", "1");

    /// <summary>The texts of a chat as bob's client shows them, oldest first; none if there is no chat.</summary>
    public async Task<IReadOnlyList<string>> TextsFromAsync(string user) =>
        await Bob.Api.FindChatAsync(user) is null ? [] : [.. (await Bob.Api.MessagesAsync(user)).Select(message => message.Text)];
}
