using AspireChat.Client.Messaging;
using Xunit;

namespace AspireChat.Tests.Unit.Messaging;

public sealed class PublishWindowTests
{
    private static readonly DateTimeOffset Start = DateTimeOffset.UnixEpoch;

    [Fact]
    public void Confirms_in_order_advance_one_by_one()
    {
        var window = Window(3);
        Assert.Equal([10L, 20L, 30L], [window.Confirm(1, multiple: false), window.Confirm(2, false), window.Confirm(3, false)]);
        Assert.Equal(0, window.Count);
    }

    [Fact]
    public void A_confirm_out_of_order_waits_for_those_before_it()
    {
        var window = Window(4);
        Assert.Null(window.Confirm(3, multiple: false));
        Assert.Null(window.Confirm(2, multiple: false));
        Assert.Equal(4, window.Count);
        Assert.Equal(30, window.Confirm(1, multiple: false));
        Assert.Equal(1, window.Count);
        Assert.Equal(40, window.Confirm(4, multiple: false));
    }

    [Fact]
    public void One_confirm_may_cover_all_publishes_before_it()
    {
        var window = Window(5);
        Assert.Equal(30, window.Confirm(3, multiple: true));
        Assert.Equal(50, window.Confirm(5, multiple: true));
        Assert.Equal(0, window.Count);
    }

    [Fact]
    public void A_confirm_of_several_also_completes_those_confirmed_earlier()
    {
        var window = Window(5);
        Assert.Null(window.Confirm(4, multiple: false));
        Assert.Null(window.Confirm(2, multiple: false));
        Assert.Equal(40, window.Confirm(3, multiple: true));
        Assert.Equal(50, window.Confirm(5, multiple: false));
    }

    [Fact]
    public void A_repeated_confirm_changes_nothing()
    {
        var window = Window(2);
        Assert.Equal(10, window.Confirm(1, multiple: false));
        Assert.Null(window.Confirm(1, multiple: true));
        Assert.Equal(1, window.Count);
        Assert.Equal(20, window.Confirm(2, multiple: false));
    }

    [Fact]
    public void Everything_is_confirmed_once_and_never_too_early_in_any_order()
    {
        var random = new Random(42);
        for (var round = 0; round < 200; round++)
        {
            const int count = 30;
            var window = Window(count);
            var confirmed = new HashSet<ulong>();
            var reached = 0L;
            foreach (var publish in Enumerable.Range(1, count).Select(i => (ulong)i).OrderBy(_ => random.Next()))
            {
                var multiple = random.Next(4) == 0;
                confirmed.UnionWith(multiple ? Enumerable.Range(1, (int)publish).Select(i => (ulong)i) : [publish]);
                if (window.Confirm(publish, multiple) is { } through)
                {
                    Assert.True(through > reached);
                    reached = through;
                }

                // The unbroken run of confirms from the first one.
                var run = (long)Enumerable.Range(1, count).TakeWhile(i => confirmed.Contains((ulong)i)).Count();
                Assert.Equal(run * 10, reached);
                Assert.Equal(count - (int)run, window.Count);
            }

            Assert.Equal(count * 10, reached);
        }
    }

    [Fact]
    public void The_oldest_publish_is_the_first_unconfirmed_one()
    {
        var window = Window(3);
        Assert.Equal(Start.AddSeconds(1), window.Oldest);
        window.Confirm(2, multiple: false);
        Assert.Equal(Start.AddSeconds(1), window.Oldest);
        window.Confirm(1, multiple: false);
        Assert.Equal(Start.AddSeconds(3), window.Oldest);
        window.Confirm(3, multiple: false);
        Assert.Null(window.Oldest);
    }

    // Publishes 1 to n, one a second, each with ten messages.
    private static PublishWindow Window(int publishes)
    {
        var window = new PublishWindow();
        for (var i = 1; i <= publishes; i++)
        {
            window.Add((ulong)i, through: i * 10, Start.AddSeconds(i));
        }

        return window;
    }
}
