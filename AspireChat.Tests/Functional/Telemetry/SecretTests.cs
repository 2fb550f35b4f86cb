using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Telemetry;

public sealed class SecretTests(SharedRabbitMq broker)
{
    // Every log line; the settings for single categories in the client's own file stay.
    private static readonly (string, string)[] Talkative =
        [("Logging:LogLevel:Default", "Debug"), ("Logging:LogLevel:Microsoft.AspNetCore", "Debug")];

    [Fact]
    public async Task No_text_token_or_password_is_exported()
    {
        var password = Guid.NewGuid().ToString("N");
        await using var otlp = await OtlpReceiver.StartAsync();
        await using var redis = await RedisServer.StartAsync(password);
        var rabbit = await broker.CreateVirtualHostAsync();
        await using var bob = await ChatClientProcess.StartAsync(
            "bob", redis.ConnectionString, rabbit, settings: [.. otlp.SettingsFor("bob"), .. Talkative]);
        await using var alice = await ChatClientProcess.StartAsync(
            "alice", redis.ConnectionString, rabbit, settings: [.. otlp.SettingsFor("alice"), .. Talkative]);

        await alice.Api.OpenChatAsync("bob");
        await alice.Api.SendAsync("bob", "whispered words");
        await Until.Equal("how many messages bob has", 1, async () => (await bob.Api.MessagesAsync("alice")).Count);
        await bob.Api.MarkReadAsync("alice");
        await alice.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await bob.Api.JoinGroupAsync("tea", GroupMode.Durable);
        await alice.Api.SendToGroupAsync("tea", "whispered words");
        await alice.Api.InsultAsync("whispered words");
        await alice.Api.DiscoverAsync();
        await Until.Equal("how many messages bob has in the group", 1, async () => (await bob.Api.GroupMessagesAsync("tea")).Count);

        // Faults log the most.
        await ChatApi.RefusalAsync(() => alice.Api.SendAsync("nobody", "whispered words"));
        await ChatApi.RefusalAsync(() => alice.Api.TrustAsync("bob", "whispered words"));
        await using var mallory = ChatClientProcess.Launch(
            "mallory", redis.ConnectionString.Replace(password, $"wrong-{password}", StringComparison.Ordinal), WithWrongPassword(rabbit),
            settings: [.. otlp.SettingsFor("mallory"), .. Talkative]);
        await Until.True("mallory's failures are logged", () => otlp.Exported("ACCESS_REFUSED", "logs"));
        await redis.KillAsync();
        await ChatApi.RefusalAsync(() => alice.Api.OpenChatAsync("carol"));
        await bob.TerminateAsync();
        await alice.Api.SendAsync("bob", "whispered words");
        await otlp.CatchUpAsync(alice);
        await alice.TerminateAsync();

        foreach (var signal in new[] { "traces", "metrics", "logs" })
        {
            Assert.True(otlp.Exported("alice", signal), $"Alice's client exported no {signal}.");
        }

        Assert.All(
            [password, PasswordOf(rabbit), alice.Token, bob.Token, mallory.Token, "whispered words"],
            secret => Assert.False(otlp.Exported(secret), $"{secret} was exported."));
    }

    private static string PasswordOf(string rabbit) => new Uri(rabbit).UserInfo.Split(':')[1];

    private static string WithWrongPassword(string rabbit) =>
        rabbit.Replace(PasswordOf(rabbit), $"wrong-{PasswordOf(rabbit)}", StringComparison.Ordinal);
}
