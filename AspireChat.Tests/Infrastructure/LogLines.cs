using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace AspireChat.Tests.Infrastructure;

/// <summary>A line of the log.</summary>
public sealed record LogLine(LogLevel Level, string? Event, string Text);

/// <summary>A log of one class that keeps its lines for a test.</summary>
public sealed class LogLines<T> : ILogger<T>
{
    /// <summary>The lines so far.</summary>
    public ConcurrentQueue<LogLine> All { get; } = [];

    /// <summary>The lines so far, each as its level and its text.</summary>
    public IEnumerable<string> Texts => All.Select(line => $"{line.Level}: {line.Text}");

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
        All.Enqueue(new LogLine(logLevel, eventId.Name, formatter(state, exception)));
}
