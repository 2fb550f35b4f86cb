using System.Reflection;
using AspireChat.Client;
using Microsoft.Extensions.Logging;
using Xunit;

namespace AspireChat.Tests.Unit;

/// <summary>
/// All code of this repository logs in one way, so that an event is found by its name and its id. CA1848 ensures that nothing is
/// logged without these methods.
/// </summary>
public sealed class LogStyleTests
{
    private static readonly Assembly[] Programs =
        [typeof(ClientApp).Assembly, Assembly.Load("AspireChat.ServiceDefaults"), Assembly.Load("AspireChat.AppHost")];

    public static TheoryData<string> Classes => [.. Methods().Select(method => method.DeclaringType!.FullName!).Distinct()];

    [Theory]
    [MemberData(nameof(Classes))]
    public void Log_entries_are_named_and_numbered_methods_of_a_nested_class(string name)
    {
        var methods = Methods().Where(method => method.DeclaringType!.FullName == name).ToList();
        var log = methods[0].DeclaringType!;
        Assert.True(log is { Name: "Log", IsNestedPrivate: true, IsAbstract: true, IsSealed: true }, $"{name} is not a nested private static class Log.");

        var entries = methods.ConvertAll(method => method.GetCustomAttribute<LoggerMessageAttribute>()!);
        Assert.Equal(Enumerable.Range(1, entries.Count), entries.Select(entry => entry.EventId).Order());
        Assert.All(entries, entry => Assert.False(string.IsNullOrEmpty(entry.EventName), $"'{entry.Message}' has no event name."));
        Assert.All(entries, entry => Assert.False(entry.Message.EndsWith('.'), $"'{entry.Message}' ends with a full stop."));
        foreach (var exceptions in methods.Select(method => method.GetParameters()).Where(IsWithException))
        {
            Assert.Equal("exception", exceptions[^1].Name);
        }
    }

    [Fact]
    public void No_two_entries_have_the_same_name()
    {
        var names = Methods().Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()!.EventName).ToList();
        Assert.NotEmpty(names);
        Assert.Equal(names.Distinct(), names);
    }

    private static bool IsWithException(ParameterInfo[] parameters) =>
        parameters.Any(parameter => typeof(Exception).IsAssignableFrom(parameter.ParameterType));

    private static IEnumerable<MethodInfo> Methods() => Programs
        .SelectMany(program => program.GetTypes())
        .SelectMany(type => type.GetMethods(
            BindingFlags.DeclaredOnly | BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        .Where(method => method.IsDefined(typeof(LoggerMessageAttribute)));
}
