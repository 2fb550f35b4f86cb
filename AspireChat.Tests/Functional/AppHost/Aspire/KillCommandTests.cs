using Aspire.Hosting;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.AppHost;

/// <summary>The command that ends a program as a crash would, and brings it back.</summary>
public sealed class KillCommandTests(KillCommandTests.System started) : IClassFixture<KillCommandTests.System>
{
    [Theory]
    [InlineData("alice")]
    [InlineData("redis")]
    [InlineData("rabbitmq")]
    public async Task Whatever_is_killed_comes_back_healthy_as_another_process(string resource)
    {
        var system = started.Whole;
        await system.WaitForHealthyAsync(resource);
        var before = Pid(system, resource);

        var result = await system.Commands.ExecuteCommandAsync(
            resource,
            "kill",
            new InteractionInputCollection([new InteractionInput { Name = "back-after", InputType = InputType.Number, Value = "0.5" }]),
            TestContext.Current.CancellationToken).DefaultTimeout(TimeSpan.FromSeconds(180));

        Assert.True(result.Success, result.Message);
        Assert.Matches($@"^{resource} was killed \(process {before}\), stayed away for 0\.5 s, and was healthy again \d+\.\d s later\.$", result.Message);
        Assert.NotEqual(before, Pid(system, resource));
        await Until.Equal(
            "alice is connected again", "connected connected",
            async () => string.Join(' ', (await system.Client("alice").MeAsync()).Connections.OrderBy(c => c.Key).Select(c => c.Value)));
    }

    private static int Pid(WholeSystem system, string resource) => system.Notifications.TryGetCurrentState(resource, out var now)
        ? (int)now.Snapshot.Properties.Single(property => property.Name == "executable.pid").Value!
        : throw new InvalidOperationException($"{resource} has no state.");

    /// <summary>One system for all of them.</summary>
    public sealed class System : IAsyncLifetime
    {
        public WholeSystem Whole { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Whole = await WholeSystem.StartAsync(["alice"], []);

        public ValueTask DisposeAsync() => Whole?.DisposeAsync() ?? default;
    }
}
