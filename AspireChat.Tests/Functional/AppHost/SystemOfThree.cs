using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>
/// Three users' clients and a guest's, with Redis and RabbitMQ. Shared by tests that bring back what they stop, and speak in
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
