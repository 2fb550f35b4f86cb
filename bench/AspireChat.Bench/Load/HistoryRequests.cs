using AspireChat.Bench.Processes;

namespace AspireChat.Bench.Load;

/// <summary>Fills a history with unread messages of one other user.</summary>
/// <param name="Folder">The data directory.</param>
/// <param name="Count">How many messages.</param>
internal sealed record Fill(string Folder, int Count) : Request<Filled>;

/// <summary>What a full history takes on the disk.</summary>
internal sealed record Filled(long Bytes);

/// <summary>Reads a full history, marks all of it as read, and reads it again.</summary>
/// <param name="Folder">The data directory.</param>
internal sealed record Read(string Folder) : Request<HistoryTimes>;

/// <summary>How long that took, in milliseconds.</summary>
/// <param name="UnreadPage">The newest messages while all are unread.</param>
/// <param name="Mark">Marking all as read.</param>
/// <param name="ReadPage">The newest messages afterwards.</param>
internal sealed record HistoryTimes(double UnreadPage, double Mark, double ReadPage);

/// <summary>Sizes that both histories have, and how their times are taken.</summary>
internal static class HistoryShape
{
    /// <summary>Messages that are stored together.</summary>
    public const int Batch = 64;

    /// <summary>Messages of a page.</summary>
    public const int Page = 100;

    private const int Repeats = 20;

    /// <summary>The milliseconds of the middle one of several tries.</summary>
    public static double Time(Action act) => Report.Result.Median([.. Enumerable.Range(0, Repeats).Select(_ =>
    {
        var began = System.Diagnostics.Stopwatch.GetTimestamp();
        act();
        return System.Diagnostics.Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    })]);
}
