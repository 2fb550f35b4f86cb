using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>
/// The clients of three users and a guest, with Redis and RabbitMQ. Tests that share it bring back what they stop, and use
/// groups of their own.
/// </summary>
public sealed class SystemOfThree : IAsyncLifetime
{
    public const string Alice = "alice", Bob = "bob", Carol = "carol", Dora = "dora";

    public static readonly string[] Users = [Alice, Bob, Carol];

    public WholeSystem Whole { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Whole = await WholeSystem.StartAsync(Users, [Dora]);

    public ValueTask DisposeAsync() => Whole?.DisposeAsync() ?? default;
}
