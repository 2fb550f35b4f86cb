using System.Collections.Concurrent;
using System.Reflection;
using System.Text.RegularExpressions;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging;
using Xunit;
using Xunit.v3;

[assembly: FailsOnLoggedErrors]
[assembly: AssemblyFixture(typeof(NoErrorsAtTheEnd))]

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// What clients logged as an error, by the test class that started them: its tests run one after the other, and some share
/// clients.
/// </summary>
internal static partial class LoggedErrors
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> All = new();

    /// <summary>The class whose test starts something now; null outside of all classes.</summary>
    public static string? Owner => TestContext.Current.TestClass?.UniqueID;

    /// <summary>Looks at a line that a program of a test wrote.</summary>
    /// <param name="owner">Whose program it is; null if it serves several classes.</param>
    /// <param name="program">What it is called.</param>
    /// <param name="line">The line; kept if it is an entry of level Error or Critical, or the end by an exception.</param>
    public static void Look(string? owner, string program, string line)
    {
        if (Error.IsMatch(line))
        {
            All.GetOrAdd(owner ?? "", _ => new()).Enqueue($"{program}: {line}");
        }
    }

    /// <summary>What was logged since the last call.</summary>
    public static IReadOnlyList<string> Take(string owner)
    {
        var lines = new List<string>();
        while (All.TryGetValue(owner, out var errors) && errors.TryDequeue(out var line))
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>What no test was asked about, because it was logged after the last one of its class.</summary>
    public static IReadOnlyList<string> TakeAll() => [.. All.Keys.SelectMany(Take)];

    // As the client's console formatter writes them.
    [GeneratedRegex(@"^(\d\d:\d\d:\d\d )?(fail|crit): |^Unhandled exception\.")]
    private static partial Regex Error { get; }
}

/// <summary>
/// A client that logs an error has met something that nobody thought of, even if the test goes well: it fails, with the line.
/// </summary>
[AttributeUsage(AttributeTargets.Assembly)]
public sealed class FailsOnLoggedErrorsAttribute : BeforeAfterTestAttribute
{
    /// <inheritdoc/>
    public override void After(MethodInfo methodUnderTest, IXunitTest test)
    {
        var expected = methodUnderTest.GetCustomAttributes<ExpectsErrorAttribute>().Select(e => e.Entry).ToList();
        var unexpected = LoggedErrors.Take(test.TestCase.TestClass!.UniqueID)
            .Where(line => !expected.Exists(entry => line.Contains(entry, StringComparison.Ordinal)))
            .ToList();
        Assert.True(unexpected.Count == 0, $"Errors were logged that the test does not expect:\n{string.Join('\n', unexpected)}");
    }
}

/// <summary>
/// Clients that a fixture stops may log an error when all tests of its class are over; then the whole run fails, with the line.
/// </summary>
public sealed class NoErrorsAtTheEnd : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        var expected = typeof(NoErrorsAtTheEnd).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods())
            .SelectMany(method => method.GetCustomAttributes<ExpectsErrorAttribute>())
            .Select(e => e.Entry)
            .ToHashSet(StringComparer.Ordinal);
        var unexpected = LoggedErrors.TakeAll()
            .Where(line => !expected.Any(entry => line.Contains(entry, StringComparison.Ordinal)))
            .ToList();
        Assert.True(unexpected.Count == 0, $"Errors were logged after the tests:\n{string.Join('\n', unexpected)}");
    }
}

/// <summary>The test makes a client log this error.</summary>
/// <param name="entry">A part of the line: its category or what it says.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ExpectsErrorAttribute(string entry) : Attribute
{
    /// <summary>A part of the line.</summary>
    public string Entry { get; } = entry;
}

/// <summary>Tells <see cref="LoggedErrors"/> what a client inside the tests' process logs.</summary>
/// <param name="client">What it is called.</param>
internal sealed class ErrorLogProvider(string client) : ILoggerProvider
{
    private readonly string? _owner = LoggedErrors.Owner;

    public ILogger CreateLogger(string categoryName) => new ErrorLog(_owner, client, categoryName);

    public void Dispose()
    {
        // It holds nothing.
    }

    private sealed class ErrorLog(string? owner, string client, string category) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel))
            {
                LoggedErrors.Look(owner, client, $"fail: {category}: {formatter(state, exception)} [{eventId.Name}] {exception}");
            }
        }
    }
}
