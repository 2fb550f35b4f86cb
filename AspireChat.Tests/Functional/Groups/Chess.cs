using AspireChat.Tests.Infrastructure;

namespace AspireChat.Tests.Functional.Groups;

/// <summary>The group <c>chess</c>, whose other members are not clients but the tests themselves.</summary>
internal static class Chess
{
    /// <summary>A member that writes to the group; without a claim nobody can say whose name it uses.</summary>
    public static async Task<RawMember> MemberAsync(ChatSystem system, string name, bool claims = true)
    {
        var member = await RawMember.ConnectAsync(name, system.Rabbit!);
        await member.LearnAsync(system.Redis, "chess");
        if (claims)
        {
            await member.ClaimAsync(system.Redis);
        }

        return member;
    }

    /// <summary>Lets a client meet members: it has a message of each.</summary>
    public static async Task MeetAsync(ChatApi bob, params RawMember[] acquaintances)
    {
        foreach (var member in acquaintances)
        {
            await SayAsync(member, 1, "hello");
            await bob.UntilTextsAsync("bob", "chess", member.Name, ["hello"]);
        }
    }

    /// <summary>Publishes texts as one batch.</summary>
    public static Task SayAsync(RawMember member, ulong seq, params string[] texts) =>
        member.SayAsync("chess", member.Sign(member.ToGroup("chess", seq, texts)));

    /// <summary>Kills Redis and waits until the client has noticed.</summary>
    public static async Task LoseRedisAsync(ChatSystem system, EventWatcher events)
    {
        await system.Redis.KillAsync();
        await events.NextAsync<ConnectionChange>("Redis is away", change => change.Connection == "redis" && change.State != "connected");
    }
}
