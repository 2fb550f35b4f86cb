using System.Globalization;
using AspireChat.Bench.Report;

namespace AspireChat.Bench.Compare;

/// <summary>A column of the tables.</summary>
/// <param name="Header">Its header.</param>
/// <param name="Width">Its width as text; negative: aligned to the left.</param>
/// <param name="Text">Its text for a kind.</param>
internal sealed record CompareColumn(string Header, int Width, Func<KindFigures, string> Text)
{
    private const string None = "–";

    private static readonly CompareColumn Kind = new("kind", -13, kind => kind.Kind);

    private static readonly IReadOnlyList<CompareColumn> Costs =
    [
        new("server CPU ms per 1,000 deliveries", 9, kind => Figure(kind.ProcessorPer1000)),
        new("server memory MiB", 7, kind => Whole(kind.Carrier?.Memory)),
        new("bytes on disk per message", 10, kind => kind.Carrier is { BytesPerText: < 0 } ? "cleared" : Whole(kind.Carrier?.BytesPerText)),
    ];

    /// <summary>Of the table while it runs; 120 characters are enough for it.</summary>
    public static IReadOnlyList<CompareColumn> Live { get; } =
    [
        Kind,
        new("texts/s", 7, kind => Figure(kind.Now?.TextsPerSecond)),
        new("p50 ms", 7, kind => Figure(kind.Now?.P50 ?? kind.P50)),
        new("p99 ms", 7, kind => Figure(kind.Now?.P99 ?? kind.P99)),
        new("lost", 7, kind => Whole(kind.Now?.Lost ?? Lost(kind))),
        new("doubled", 7, kind => Whole(kind.Now?.Doubled ?? Doubled(kind))),
        new("RabbitMQ back", 13, kind => Seconds(kind.RabbitMqKilled)),
        new("Redis back", 10, kind => Seconds(kind.RedisKilled)),
        new("burst/s", 8, kind => Whole(kind.DeliveriesPerSecond)),
        Costs[0] with { Header = "CPU ms", Width = 6 },
        Costs[1] with { Header = "MiB", Width = 5 },
        Costs[2] with { Header = "bytes", Width = 7 },
    ];

    /// <summary>Of the report.</summary>
    public static IReadOnlyList<CompareColumn> Report { get; } =
    [
        Kind,
        new("members", 7, kind => Whole(kind.Members)),
        new("deliveries/s", 12, kind => Whole(kind.DeliveriesPerSecond)),
        new("p50 ms", 7, kind => Figure(kind.P50)),
        new("p99 ms", 7, kind => Figure(kind.P99)),
        .. Costs,
        new("RabbitMQ killed: lost / doubled / seconds", 22, kind => Outage(kind.RabbitMqKilled)),
        new("Redis killed: lost / doubled / seconds", 22, kind => Outage(kind.RedisKilled)),
    ];

    /// <summary>Of the report as text, with headers that fit.</summary>
    public static IReadOnlyList<CompareColumn> ReportAsText { get; } =
    [
        .. Report.Zip(
            ["kind", "members", "deliveries/s", "p50 ms", "p99 ms", "CPU/1,000", "MiB", "bytes/text", "RabbitMQ killed", "Redis killed"],
            (column, header) => column with { Header = header }),
    ];

    /// <summary>A table's lines as text.</summary>
    public static IEnumerable<string> Lines(IReadOnlyList<CompareColumn> columns, IEnumerable<KindFigures> kinds) =>
        kinds.Select(kind => Line(columns, column => column.Text(kind))).Prepend(Line(columns, column => column.Header));

    /// <summary>A figure; a dash for one that was not measured.</summary>
    public static string Figure(double? figure) => figure is { } known ? Table.Figure(known) : None;

    private static string Whole(double? figure) => figure?.ToString("N0", CultureInfo.InvariantCulture) ?? None;

    private static string Seconds(Outage? outage) =>
        outage is null ? None : outage.Seconds is { } seconds ? $"{Table.Figure(seconds)} s" : "never";

    private static string Outage(Outage? outage) => outage is null ? None : FormattableString.Invariant(
        $"{outage.Shown.Lost:N0} / {outage.Shown.Doubled:N0} / {(outage.Seconds is { } seconds ? Table.Figure(seconds) : "never")}");

    private static double? Lost(KindFigures kind) => Sets(kind).Sum(set => set.Lost);

    private static double? Doubled(KindFigures kind) => Sets(kind).Sum(set => set.Doubled);

    private static IEnumerable<Difference> Sets(KindFigures kind) =>
        new[] { kind.Quiet, kind.RabbitMqKilled?.Shown, kind.RedisKilled?.Shown }.OfType<Difference>();

    private static string Line(IEnumerable<CompareColumn> columns, Func<CompareColumn, string> text) => string.Join(
        "  ", columns.Select(column => column.Width < 0 ? text(column).PadRight(-column.Width) : text(column).PadLeft(column.Width)));
}
