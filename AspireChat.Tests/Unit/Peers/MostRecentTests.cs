using AspireChat.Client.Peers;
using Xunit;

namespace AspireChat.Tests.Unit.Peers;

public sealed class MostRecentTests
{
    [Fact]
    public void The_least_recent_entry_is_forgotten()
    {
        var recent = new MostRecent<string, int>(most: 3);
        Assert.Equal([1, 2, 3], [recent.Meet("a", () => 1), recent.Meet("b", () => 2), recent.Meet("c", () => 3)]);
        Assert.Equal(1, recent.Meet("a", () => 11));
        Assert.Equal(4, recent.Meet("d", () => 4));
        Assert.Equal([1, 3, 4], [recent.Meet("a", () => 11), recent.Meet("c", () => 13), recent.Meet("d", () => 14)]);
        Assert.Equal(12, recent.Meet("b", () => 12));
    }
}
