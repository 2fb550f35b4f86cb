using AspireChat.Client.Chat;
using AspireChat.Client.Names;
using Xunit;

namespace AspireChat.Tests.Unit.Names;

public sealed class OnlineUsersTests
{
    [Fact]
    public async Task Each_difference_between_listings_is_an_event_about_another_user()
    {
        var events = new LiveEvents();
        using var end = new CancellationTokenSource();
        var watch = events.Watch(end.Token);
        var online = new OnlineUsers("alice", events, new UserArrivals());

        online.Update(Listing("alice", "carol", "bob"));
        online.Update(Listing("alice", "carol", "bob"));
        online.Update(Listing("carol"));
        online.Update(Listing("dora"));
        online.Update(Listing("alice", "emil"), sayGone: false);
        online.Update(Listing("alice", "dora"));
        events.Publish(new PresenceEvent("the end", true));

        Assert.Equal(["+bob", "+carol", "-bob", "-carol", "+dora", "+emil", "-emil"], await ReadAsync(watch));
    }

    private static async Task<List<string>> ReadAsync(IAsyncEnumerable<ChatEvent> watch)
    {
        var seen = new List<string>();
        await foreach (var happened in watch.Cast<PresenceEvent>())
        {
            if (happened.User == "the end")
            {
                break;
            }

            seen.Add($"{(happened.IsOnline ? '+' : '-')}{happened.User}");
        }

        return seen;
    }

    private static IEnumerable<PeerRecord> Listing(params string[] users) =>
        users.Select(user => new PeerRecord(user, new Uri("https://127.0.0.1:1"), new string('a', 64), 1, DateTimeOffset.UnixEpoch));
}
