using AspireChat.Client.History;
using AspireChat.Client.Identity;
using AspireChat.Tests.Infrastructure;
using StackExchange.Redis;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>Alice and bob, who is away; what alice wrote to him waits in his mailbox.</summary>
internal sealed class Away : IAsyncDisposable
{
    private string? _key;

    private Away(SharedRabbitMq broker, ChatSystem system, ChatClientProcess alice, ChatClientProcess bob) =>
        (Broker, System, Alice, Bob) = (broker, system, alice, bob);

    public SharedRabbitMq Broker { get; }

    public ChatSystem System { get; }

    public ChatClientProcess Alice { get; }

    public ChatClientProcess Bob { get; }

    /// <summary>Starts both, stops bob, and writes to him.</summary>
    /// <param name="broker">The broker.</param>
    /// <param name="sender">The name of the sender.</param>
    /// <param name="text">What the sender writes.</param>
    /// <param name="settings">Bob's settings.</param>
    public static async Task<Away> StartAsync(SharedRabbitMq broker, string sender, string text, params (string, string)[] settings)
    {
        var system = await ChatSystem.StartAsync(await broker.CreateVirtualHostAsync());
        var bob = await system.StartProgramAsync("bob", settings);
        await bob.TerminateAsync();
        var alice = await system.StartProgramAsync(sender);
        await alice.Api.SendAsync("bob", text);
        await alice.UntilStatesAsync("bob", MessageState.Stored);
        return new Away(broker, system, alice, bob);
    }

    /// <summary>The fingerprint of bob's key, as his claim shows it.</summary>
    public async Task<string> BobsKeyAsync() => _key ??= (await System.Redis.ExecuteAsync("HGET", "chat:claim:bob", "fingerprint")).ToString();

    /// <summary>Bob's mailbox at the broker.</summary>
    public async Task<RawQueue> MailboxAsync() =>
        await RawQueue.OpenAsync(System.Rabbit!, $"chat.mailbox.bob.{(await BobsKeyAsync())[..16]}");

    /// <summary>The key to which letters for bob are sealed, as his claim shows it.</summary>
    public Addressee AddresseeBob()
    {
        var fields = (RedisValue[])System.Redis.ExecuteAsync("HMGET", "chat:claim:bob", "fingerprint", "sealKey", "sealSignature").GetAwaiter().GetResult()!;
        return new Addressee("bob", fields[0]!, new SealingKey(Convert.FromBase64String(fields[1]!), Convert.FromBase64String(fields[2]!)));
    }

    public ValueTask DisposeAsync() => System.DisposeAsync();
}
