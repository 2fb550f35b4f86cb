using System.Net;
using System.Net.Http.Json;
using AspireChat.Tests.Functional.Names;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Functional.Api;

/// <summary>The users who are online come by pages.</summary>
public sealed class UserPagesTests
{
    [Fact]
    public async Task Pages_have_every_user_once_in_alphabetical_order()
    {
        await using var server = await NameServer.StartAsync();
        await using var client = await InProcessClient.StartAsync("mia", server.Redis.ConnectionString, rabbit: null);
        string[] users = ["al", "al-2", "bob", "mia", "zoe"];
        await RegisterAsync(server, users.Where(user => user != "mia"));

        Assert.Equal(users, await NamesAsync(client.Api.UsersAsync()));
        Assert.Equal(["al", "al-2"], await NamesAsync(client.Api.UsersAsync(limit: 2)));
        Assert.Equal(["bob", "mia"], await NamesAsync(client.Api.UsersAsync(limit: 2, after: "al-2")));
        Assert.Equal(["zoe"], await NamesAsync(client.Api.UsersAsync(limit: 2, after: "mia")));
        Assert.Empty(await NamesAsync(client.Api.UsersAsync(limit: 2, after: "zoe")));

        // Who has left meanwhile still marks the place.
        Assert.Equal(["bob", "mia", "zoe"], await NamesAsync(client.Api.UsersAsync(limit: 1_000, after: "Alf")));
    }

    [Fact]
    public async Task Without_parameters_the_page_has_a_thousand()
    {
        await using var server = await NameServer.StartAsync();
        await using var client = await InProcessClient.StartAsync("aa", server.Redis.ConnectionString, rabbit: null);
        var users = Enumerable.Range(0, 1_000).Select(i => $"user-{i:0000}").ToArray();
        await RegisterAsync(server, users);

        var first = await ReadAsync(client, "/api/users");
        Assert.Equal([.. users.Prepend("aa").Take(1_000)], first);
        Assert.Equal([users[^1]], await ReadAsync(client, $"/api/users?after={first[^1]}"));
    }

    [Fact]
    public async Task A_malformed_record_leaves_no_gap_on_a_page()
    {
        await using var server = await NameServer.StartAsync();
        await using var client = await InProcessClient.StartAsync("zoe", server.Redis.ConnectionString, rabbit: null);
        var users = Enumerable.Range(0, 60).Select(i => $"user-{i:00}").ToArray();
        await RegisterAsync(server, users);
        foreach (var user in users)
        {
            await server.Raw.HashSetAsync($"chat:peer:{user}", "address", "nowhere");
        }

        Assert.Equal(["zoe"], await NamesAsync(client.Api.UsersAsync(limit: 1)));
    }

    private static async Task RegisterAsync(NameServer server, IEnumerable<string> users)
    {
        var names = server.Connect();
        await Task.WhenAll(users.Select(
            user => names.RegisterAsync(NameServer.NewLease(user), 0, null, TestContext.Current.CancellationToken))).DefaultTimeout();
    }

    private static async Task<IEnumerable<string>> NamesAsync(Task<IReadOnlyList<OnlineUser>> page) => (await page).Select(user => user.Name);

    private static async Task<string[]> ReadAsync(InProcessClient client, string path)
    {
        using var answer = await client.Api.Http.GetAsync(path, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var list = await answer.Content.ReadFromJsonAsync<ItemList<OnlineUser>>(LocalApiJson.Options, TestContext.Current.CancellationToken);
        return [.. list!.Items.Select(user => user.Name)];
    }
}
