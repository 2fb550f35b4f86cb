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
/// The errors that clients logged, by the test class that started them: the tests of a class run one after the other, and
/// some share clients.
/// </summary>
internal static partial class LoggedErrors
{
    private static readonly ConcurrentDictionary<string, ConcurrentQueue<string>> All = new();
    private static readonly ConcurrentDictionary<string, string> Classes = new();

    /// <summary>The class whose test is running; null outside of all classes.</summary>
    public static string? Owner
    {
        get
        {
            if (TestContext.Current.TestClass is not { } owner)
            {
                return null;
            }

            Classes[owner.UniqueID] = owner.TestClassName;
            return owner.UniqueID;
        }
    }

    /// <summary>Checks a line that a program of a test wrote.</summary>
    /// <param name="owner">The class that started the program; null if it serves several classes.</param>
    /// <param name="program">The program's name.</param>
    /// <param name="line">The line; kept if it is an entry of level Error or Critical, or an unhandled exception.</param>
    public static void Look(string? owner, string program, string line)
    {
        if (Error.IsMatch(line))
        {
            All.GetOrAdd(owner ?? "", _ => new()).Enqueue($"{program}: {line}");
        }
    }

    /// <summary>The errors since the last call.</summary>
    public static IReadOnlyList<string> Take(string owner)
    {
        var lines = new List<string>();
        while (All.TryGetValue(owner, out var errors) && errors.TryDequeue(out var line))
        {
            lines.Add(line);
        }

        return lines;
    }

    /// <summary>
    /// The errors that no test reported, because they came after the last test of their class, with the name of that class; none
    /// for programs that serve several.
    /// </summary>
    public static IEnumerable<(string? Class, string Line)> TakeAll() =>
        from owner in All.Keys
        from line in Take(owner)
        select (Classes.GetValueOrDefault(owner), line);

    // The format of the client's console formatter.
    [GeneratedRegex(@"^(\d\d:\d\d:\d\d )?(fail|crit): |^Unhandled exception\.")]
    private static partial Regex Error { get; }
}

/// <summary>
/// A client that logs an error has met something unforeseen, so the test fails with that line, even if it succeeded otherwise.
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
/// A client that a fixture stops may log an error after all tests of its class; the whole run fails then, with that line.
/// </summary>
public sealed class NoErrorsAtTheEnd : IDisposable
{
    /// <inheritdoc/>
    public void Dispose()
    {
        var expected = typeof(NoErrorsAtTheEnd).Assembly.GetTypes()
            .SelectMany(type => type.GetMethods(), (type, method) => (Class: type.FullName, Method: method))
            .SelectMany(test => test.Method.GetCustomAttributes<ExpectsErrorAttribute>(), (test, expects) => (test.Class, expects.Entry))
            .ToList();
        var unexpected = LoggedErrors.TakeAll()
            .Where(error => !expected.Exists(expects =>
                (error.Class is null || error.Class == expects.Class) && error.Line.Contains(expects.Entry, StringComparison.Ordinal)))
            .Select(error => error.Line)
            .ToList();
        Assert.True(unexpected.Count == 0, $"Errors were logged after the tests:\n{string.Join('\n', unexpected)}");
    }
}

/// <summary>The test expects a client to log this error.</summary>
/// <param name="entry">A part of the line: its category or its message.</param>
[AttributeUsage(AttributeTargets.Method, AllowMultiple = true)]
public sealed class ExpectsErrorAttribute(string entry) : Attribute
{
    /// <summary>A part of the line.</summary>
    public string Entry { get; } = entry;
}

/// <summary>Passes the log of a client inside the tests' process to <see cref="LoggedErrors"/>.</summary>
/// <param name="client">The client's name.</param>
internal sealed class ErrorLogProvider(string client) : ILoggerProvider
{
    private readonly string? _owner = LoggedErrors.Owner;

    public ILogger CreateLogger(string categoryName) => new ErrorLog(_owner, client, categoryName);

    public void Dispose()
    {
        // There is nothing to dispose.
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
