using System.Reflection;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Xunit;
using Xunit.Sdk;
using Xunit.v3;

namespace AspireChat.Tests.Unit.Infrastructure;

/// <summary>The check that fails a test at its end works itself.</summary>
public sealed class LoggedErrorsTests
{
    [Theory]
    [InlineData("12:00:00 fail: AspireChat.Client.Groups.GroupRooms: It broke", true)]
    [InlineData("12:00:00 crit: AspireChat.Client.Groups.GroupRooms: It broke", true)]
    [InlineData("Unhandled exception. System.InvalidOperationException: It broke", true)]
    [InlineData("12:00:00 warn: AspireChat.Client.Groups.GroupRooms: fail: It broke", false)]
    [InlineData("It may fail: perhaps", false)]
    public void An_error_line_of_a_process_fails_the_test(string line, bool isError)
    {
        LoggedErrors.Look(LoggedErrors.Owner, "bob", line);
        Assert.Equal(isError ? [$"bob: {line}"] : [], Failures(nameof(An_error_line_of_a_process_fails_the_test)));
    }

    [Fact]
    [ExpectsError("It broke")]
    public void An_expected_error_does_not_fail_the_test()
    {
        LoggedErrors.Look(LoggedErrors.Owner, "bob", "12:00:00 fail: Category: It broke");
        LoggedErrors.Look(LoggedErrors.Owner, "bob", "12:00:00 fail: Category: Something else");
        Assert.Equal(["bob: 12:00:00 fail: Category: Something else"], Failures(nameof(An_expected_error_does_not_fail_the_test)));
    }

    [Fact]
    public void An_error_of_an_in_process_client_fails_the_test()
    {
        using var provider = new ErrorLogProvider("bob");
        using var factory = LoggerFactory.Create(logging => logging.AddProvider(provider));
        var logger = factory.CreateLogger("Category");
        logger.LogWarning("This is none");
        logger.LogError(new EventId(1, "Broken"), "It broke");
        Assert.Equal(["bob: fail: Category: It broke [Broken] "], Failures(nameof(An_error_of_an_in_process_client_fails_the_test)));
    }

    private static string[] Failures(string test)
    {
        var method = typeof(LoggedErrorsTests).GetMethod(test, BindingFlags.Public | BindingFlags.Instance)!;
        var failure = Record.Exception(() => new FailsOnLoggedErrorsAttribute().After(method, (IXunitTest)TestContext.Current.Test!));
        return failure is null ? [] : Assert.IsType<TrueException>(failure, exactMatch: false).Message.Split('\n')[1..];
    }
}
