using AspireChat.AppHost;
using AspireChat.AppHost.Settings;
using Microsoft.Extensions.Configuration;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public class HostOptionsTests
{
    [Theory]
    [InlineData("ann ben", "--users", "ann", "ben")]
    [InlineData("ann ben", "--users", "ann,ben")]
    [InlineData("ann ben", "--users", "ann, ben")]
    [InlineData("ann ben cem", "--users=ann,ben", "--users", "cem")]
    [InlineData("ann ben", "--backends", "local", "--users", "ann", "ben", "--data", "x")]
    public void Users_are_read_in_every_spelling(string expected, params string[] args) =>
        Assert.Equal(expected.Split(' '), Read(args).Users);

    [Theory]
    [InlineData("AspireChat:Users", "ann,ben")]
    [InlineData("AspireChat:Users:0", "ann", "AspireChat:Users:1", "ben")]
    public void Users_may_be_set_in_the_configuration(params string[] settings) =>
        Assert.Equal(["ann", "ben"], Read([], settings).Users);

    [Theory]
    [InlineData("ann ben", "--guests", "ann", "ben")]
    [InlineData("ann ben", "--users", "cem", "--guests=ann,ben")]
    [InlineData("", "--guests")]
    [InlineData("", "--guests", "--users", "ann")]
    [InlineData("", "--guests=")]
    public void Guests_are_read_in_every_spelling_and_may_be_empty(string expected, params string[] args) =>
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Read(args).Guests);

    [Theory]
    [InlineData("ann ben", "AspireChat:Guests", "ann,ben")]
    [InlineData("ann ben", "AspireChat:Guests:0", "ann", "AspireChat:Guests:1", "ben")]
    [InlineData("", "AspireChat:Guests", "")]
    public void Guests_may_be_set_in_the_configuration(string expected, params string[] settings)
    {
        Assert.Equal(expected.Split(' ', StringSplitOptions.RemoveEmptyEntries), Read([], settings).Guests);
        Assert.Equal(["cem"], Read(["--guests", "cem"], settings).Guests);
    }

    [Fact]
    public void Options_are_unset_without_arguments()
    {
        var options = Read([]);

        Assert.Null(options.Users);
        Assert.Null(options.Guests);
        Assert.Null(options.Backend);
        Assert.Null(options.Data);
    }

    [Fact]
    public void The_command_line_overrides_the_configuration()
    {
        var options = Read(["--users", "cem", "--backends", "container", "--data", "here"], "AspireChat:Users", "ann", "AspireChat:Backends", "local", "AspireChat:Data", "there");

        Assert.Equal(["cem"], options.Users);
        Assert.Equal(Backend.Container, options.Backend);
        Assert.Equal("here", options.Data);
        Assert.Equal(Backend.Local, Read([], "AspireChat:Backends", "Local").Backend);
        Assert.Equal(Backend.External, Read(["--backends=external"], "AspireChat:Backends", "Local").Backend);
        Assert.Equal("there", Read([], "AspireChat:Data", "there").Data);
    }

    [Theory]
    [InlineData("'container', 'local' or 'external', not 'cloud'", "--backends", "cloud")]
    [InlineData("'container', 'local' or 'external', not '1'", "--backends", "1")]
    [InlineData("'container', 'local' or 'external', not 'Local, External'", "--backends", "Local, External")]
    [InlineData("'--backends'", "--backends")]
    [InlineData("'--data'", "--data")]
    [InlineData("'--data'", "--data=")]
    public void An_unreadable_option_is_refused_with_the_reason(string part, params string[] args) =>
        Assert.Contains(part, Assert.Throws<HostException>(() => Read(args)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("starts with a letter", "--users", "../x")]
    [InlineData("starts with a letter", "--users", "Alice Smith")]
    [InlineData("starts with a letter", "--users", "ann,")]
    [InlineData("'--unknown' cannot be a user's name", "--users", "ann", "--unknown")]
    [InlineData("at least one name", "--users")]
    [InlineData("at least one name", "--users=")]
    [InlineData("at least one name", "--users", "--backends", "local")]
    [InlineData("ann is named twice", "--users", "ann", "Ann")]
    [InlineData("cannot be a guest's name", "--guests", "../x")]
    [InlineData("starts with a letter", "--guests", "ann,")]
    [InlineData("guest ann is named twice", "--guests", "ann", "Ann")]
    public void A_mistake_is_refused_with_the_reason(string part, params string[] args)
    {
        var result = new HostOptionsValidator().Validate(name: null, Read(args));

        Assert.True(result.Failed);
        Assert.Contains(part, result.FailureMessage, StringComparison.Ordinal);
    }

    [Fact]
    public void Foreign_settings_of_the_same_names_are_ignored() =>
        Assert.Equivalent(new HostOptions(), Read([], "Users", "root,adm", "Guests", "x", "Backends", "cloud", "Data", "/x"));

    [Fact]
    public void A_refused_name_is_cleaned_for_the_terminal() =>
        Assert.DoesNotContain('\e', new HostOptionsValidator().Validate(name: null, Read(["--users", "\e[2Jx"])).FailureMessage!);

    [Fact]
    public void Unknown_options_are_left_to_Aspire()
    {
        var options = Read(["--operation", "run", "--users", "ann", "--data", "folder", "--output-path=x"]);

        Assert.Equal(["ann"], options.Users);
        Assert.Equal("folder", options.Data);
        Assert.Null(options.Backend);
    }

    private static HostOptions Read(string[] args, params string[] settings) => HostCommandLine.Read(
        args,
        new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Chunk(2).Select(pair => KeyValuePair.Create(pair[0], (string?)pair[1])))
            .Build());
}
