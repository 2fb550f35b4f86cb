using ArchUnitNET.Domain;
using ArchUnitNET.Loader;
using AspireChat.Client;
using Xunit;
using Model = ArchUnitNET.Domain.Architecture;

namespace AspireChat.Tests.Unit.Architecture;

/// <summary>Which room of the client may know which: the picture in docs/architecture.md, held.</summary>
public sealed class RoomTests
{
    private const string Client = "AspireChat.Client";

    // From the top to the bottom. A room may know those below its own floor; rooms of one floor do not know each other.
    private static readonly string[][] Floors =
    [
        ["Api", "Terminal"],
        ["Session"],
        ["Discovery", "Groups", "Insults", "Peers"],
        ["Messaging"],
        ["Names", "Wire"],
        ["History", "Redis"],
        ["Identity"],
        ["Telemetry"],
        ["Chat", "Faults"],
    ];

    // A front end knows what a person may ask for and what is answered, and no way in which it is done.
    private static readonly string[] FrontEnds = Floors[0];
    private static readonly string[] OfFrontEnds = ["Session", "Chat", "Faults"];

    private static readonly Model Built = new ArchLoader().LoadAssembly(typeof(ClientApp).Assembly).Build();

    [Fact]
    public void Every_room_stands_in_the_picture()
    {
        var rooms = Built.Types.Select(RoomOf).OfType<string>().Distinct().Order(StringComparer.Ordinal);

        Assert.Equal(Floors.SelectMany(floor => floor).Order(StringComparer.Ordinal), rooms);
    }

    [Fact]
    public void Knowing_goes_downwards()
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
    public void No_room_knows_how_the_client_is_put_together()
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
    [InlineData("Terminal", "History", false)]
    [InlineData("Session", "Groups", true)]
    [InlineData("Discovery", "Groups", false)]
    [InlineData("Peers", "Messaging", true)]
    [InlineData("Messaging", "Peers", false)]
    [InlineData("Chat", "Session", false)]
    public void The_picture_says_who_may_know_whom(string room, string other, bool may) => Assert.Equal(may, MayKnow(room, other));

    private static bool MayKnow(string room, string other) =>
        FrontEnds.Contains(room) ? OfFrontEnds.Contains(other) : FloorOf(room) < FloorOf(other);

    private static int FloorOf(string room) => Array.FindIndex(Floors, floor => floor.Contains(room));

    private static string? RoomOf(IType type) =>
        type.Namespace?.FullName is { } name && name.StartsWith(Client + ".", StringComparison.Ordinal)
            ? name[(Client.Length + 1)..].Split('.')[0]
            : null;
}
