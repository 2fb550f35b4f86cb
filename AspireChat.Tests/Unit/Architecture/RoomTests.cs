using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using AspireChat.Client;
using Xunit;
using Model = ArchUnitNET.Domain.Architecture;

namespace AspireChat.Tests.Unit.Architecture;

/// <summary>The code keeps to the picture in docs/architecture.md, which says which room of the client may know which.</summary>
public sealed class RoomTests
{
    private const string Client = "AspireChat.Client";

    // From top to bottom. A room may know rooms on lower floors; rooms on one floor do not know each other.
    private static readonly string[][] Floors =
    [
        ["Api", "Page", "Terminal"],
        ["Window"],
        ["Session"],
        ["Discovery", "Groups", "Insults", "Peers"],
        ["Mailbox"],
        ["Messaging"],
        ["Names", "Wire"],
        ["History", "Redis"],
        ["Identity"],
        ["Telemetry"],
        ["Chat", "Faults"],
    ];

    // A front end, and the window that it shows, knows what a user may ask and what the answer is, but not how it is done.
    private static readonly string[] FrontEnds = Floors[0];
    private static readonly string[] OfWindow = ["Session", "Chat", "Faults"];
    private static readonly string[] OfFrontEnds = ["Window", .. OfWindow];

    private static readonly Model Built = new ArchLoader().LoadAssembly(typeof(ClientApp).Assembly).Build();

    [Fact]
    public void Every_room_is_in_the_picture()
    {
        var rooms = Built.Types.Select(RoomOf).OfType<string>().Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(Floors.SelectMany(floor => floor).Order(StringComparer.Ordinal), rooms);
    }

    [Fact]
    public void A_room_knows_only_rooms_below_it()
    {
        var offences =
            from type in Built.Types
            let room = RoomOf(type)
            where room is not null
            from known in type.Dependencies.Select(dependency => dependency.Target).Distinct()
            let other = RoomOf(known)
            where other is not null && other != room && !MayKnow(room, other)
            select $"{type.FullName} knows {known.FullName}";

        Assert.Equal("", string.Join(Environment.NewLine, offences.Distinct().Order(StringComparer.Ordinal)));
    }

    [Fact]
    public void No_room_knows_how_the_client_is_composed()
    {
        var offences =
            from type in Built.Types
            where RoomOf(type) is not null
            from known in type.Dependencies.Select(dependency => dependency.Target)
            where known.Namespace?.FullName == Client && !known.FullName.Contains('<')
            select $"{type.FullName} knows {known.FullName}";

        Assert.Equal("", string.Join(Environment.NewLine, offences.Distinct().Order(StringComparer.Ordinal)));
    }

    [Theory]
    [InlineData("Api", "Session", true)]
    [InlineData("Api", "Chat", true)]
    [InlineData("Api", "Groups", false)]
    [InlineData("Page", "Window", true)]
    [InlineData("Page", "History", false)]
    [InlineData("Window", "Session", true)]
    [InlineData("Session", "Window", false)]
    [InlineData("Window", "Chat", true)]
    [InlineData("Window", "Peers", false)]
    [InlineData("Window", "Page", false)]
    [InlineData("Terminal", "History", false)]
    [InlineData("Page", "Session", true)]
    [InlineData("Page", "Api", false)]
    [InlineData("Session", "Groups", true)]
    [InlineData("Discovery", "Groups", false)]
    [InlineData("Peers", "Messaging", true)]
    [InlineData("Messaging", "Peers", false)]
    [InlineData("Chat", "Session", false)]
    public void The_picture_says_which_room_may_know_which(string room, string other, bool may) => Assert.Equal(may, MayKnow(room, other));

    private static bool MayKnow(string room, string other) =>
        FrontEnds.Contains(room) ? OfFrontEnds.Contains(other)
        : room == "Window" ? OfWindow.Contains(other)
        : FloorOf(room) < FloorOf(other);

    private static int FloorOf(string room) => Array.FindIndex(Floors, floor => floor.Contains(room));

    private static string? RoomOf(IType type) =>
        type.Namespace?.FullName is { } name && name.StartsWith(Client + ".", StringComparison.Ordinal)
            ? name[(Client.Length + 1)..].Split('.')[0]
            : null;
}
