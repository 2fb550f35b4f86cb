using AspireChat.Client;
using AspireChat.Client.Api;
using AspireChat.Client.Chat;
using AspireChat.Client.Faults;
using Microsoft.Extensions.Options;
using Xunit;

namespace AspireChat.Tests.Unit;

public class StartRefusalTests
{
    [Fact]
    public void The_message_is_found_however_deep_it_is_wrapped() => Assert.Equal(
        "Do this instead.",
        StartRefusal.Describe(new AggregateException(
            new InvalidOperationException("outer"),
            new InvalidOperationException("outer", new TypeInitializationException("x", new ClientStartException("Do this instead."))))));

    [Fact]
    public void An_invalid_option_is_named_by_the_path_of_its_setting()
    {
        var result = new ChatOptionsValidator().Validate(null, new ChatOptions { OpenTimeout = TimeSpan.FromHours(1), Name = "alice" });

        Assert.Equal(
            "The field Chat:OpenTimeout must be between 00:00:01 and 00:05:00.",
            StartRefusal.Describe(new OptionsValidationException("", typeof(ChatOptions), result.Failures)));
    }

    [Fact]
    public void A_violated_rule_is_named_by_the_path_of_its_setting()
    {
        var result = new ApiOptionsValidator().Validate(null, new ApiOptions { ApiToken = "not a token" });

        Assert.StartsWith(
            "Chat:ApiToken may contain only letters",
            StartRefusal.Describe(new OptionsValidationException("", typeof(ApiOptions), result.Failures)),
            StringComparison.Ordinal);
    }

    [Fact]
    public void An_unforeseen_fault_is_one_clean_line() => Assert.Equal(
        "The client cannot start: a␤b␛ (InvalidTimeZoneException)",
        StartRefusal.Describe(new InvalidOperationException("outer", new InvalidTimeZoneException("a\nb\e"))));
}
