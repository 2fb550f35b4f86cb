extern alias apphost;

using apphost::AspireChat.AppHost.Local;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public class HostArgumentsTests
{
    [Theory]
    [InlineData("ann ben", "--users", "ann", "ben")]
    [InlineData("ann ben", "--users", "ann,ben")]
    [InlineData("ann ben", "--users", "ann, ben")]
    [InlineData("ann ben cem", "--users=ann,ben", "--users", "cem")]
    [InlineData("ann ben", "--backends", "local", "--users", "ANN", "Ben", "--data", "x")]
    [InlineData("ann", "--Users", "ann")]
    [InlineData("alice bob carol")]
    public void Users_are_read_in_every_spelling(string expected, params string[] args) =>
        Assert.Equal(expected.Split(' '), Parse(args).Users);

    [Theory]
    [InlineData("Users", "ann,ben")]
    [InlineData("Users:0", "ann", "Users:1", "ben")]
    public void Users_may_stand_in_the_configuration(params string[] settings) =>
        Assert.Equal(["ann", "ben"], Parse([], settings).Users);

    [Theory]
    [InlineData("ann ben", "--guests", "ann", "ben")]
    [InlineData("ann ben", "--guests", "ann, BEN", "--users", "cem")]
    [InlineData("ann ben", "--users", "cem", "--guests=ann,ben")]
    [InlineData("dora emil")]
    [InlineData("dora emil", "--users", "ann")]
    [InlineData("dora", "--users", "emil", "ann")]
    [InlineData("", "--users", "emil", "dora")]
    [InlineData("", "--guests")]
    [InlineData("", "--guests", "--users", "ann")]
    [InlineData("", "--guests=")]
    public void Guests_are_read_in_every_spelling_and_default_to_two_who_are_not_users(string expected, params string[] args) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Parse(args).Guests);

    [Theory]
    [InlineData("ann ben", "Guests", "ann,ben")]
    [InlineData("ann ben", "Guests:0", "ann", "Guests:1", "ben")]
    [InlineData("", "Guests", "")]
    public void Guests_may_stand_in_the_configuration(string expected, params string[] settings)
    {
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Parse([], settings).Guests);
        Assert.Equal(["cem"], Parse(["--guests", "cem"], settings).Guests);
    }

    [Fact]
    public void The_command_line_goes_before_the_configuration()
    {
        var arguments = Parse(["--users", "cem", "--backends", "container"], "Users", "ann", "Backends", "local");

        Assert.Equal(["cem"], arguments.Users);
        Assert.Equal(Backends.Container, arguments.Backends);
        Assert.Equal(Backends.Local, Parse([], "Backends", "Local").Backends);
        Assert.Equal(Backends.External, Parse(["--backends=external"], "Backends", "Local").Backends);
    }

    [Theory]
    [InlineData("starts with a letter", "--users", "../x")]
    [InlineData("starts with a letter", "--users", "Alice Smith")]
    [InlineData("starts with a letter", "--users", "ann,")]
    [InlineData("starts with a letter", "--users=")]
    [InlineData("at least one name", "--users")]
    [InlineData("at least one name", "--users", "--backends", "local")]
    [InlineData("ann is named twice", "--users", "ann", "Ann")]
    [InlineData("cannot be a guest's name", "--guests", "../x")]
    [InlineData("starts with a letter", "--guests", "ann,")]
    [InlineData("guest ann is named twice", "--guests", "ann", "Ann")]
    [InlineData("ann is named as a user and as a guest", "--users", "ann", "--guests", "ben", "Ann")]
    [InlineData("alice is named as a user and as a guest", "--guests", "alice")]
    [InlineData("'container', 'local' or 'external', not 'cloud'", "--backends", "cloud")]
    [InlineData("--backends needs a value", "--backends")]
    [InlineData("--data needs a value", "--data")]
    [InlineData("path of a folder", "--data=")]
    public void Mistakes_are_refused_with_a_sentence(string part, params string[] args) =>
        Assert.Contains(part, Assert.Throws<HostException>(() => Parse(args)).Message);

    [Fact]
    public void A_refused_name_does_not_reach_the_terminal_as_it_is()
    {
        var refusal = Assert.Throws<HostException>(() => Parse(["--users", "\e[2Jx"]));

        Assert.DoesNotContain('\e', refusal.Message);
    }

    [Fact]
    public void What_it_does_not_know_is_left_to_others()
    {
        var arguments = Parse(["--operation", "publish", "--users", "ann", "--output-path=x", "--data", "folder"]);

        Assert.Equal(["--operation", "publish", "--output-path=x"], arguments.Others);
        Assert.Equal(["ann"], arguments.Users);
        Assert.Equal("folder", arguments.DataFolder);
        Assert.Null(arguments.Backends);
    }

    private static HostArguments Parse(string[] args, params string[] settings) => HostArguments.Parse(
        args,
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build());
}
