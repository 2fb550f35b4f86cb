using System.Diagnostics;
using System.Text;

namespace AspireChat.Client.History;

/// <summary>
/// How a trace context is stored: 16 bytes of trace, 8 of span, 1 of flags, then the trace state in UTF-8. Half of the size of
/// its text form, and every message has one.
/// </summary>
internal static class TraceColumn
{
    private const int TraceBytes = 16;
    private const int SpanBytes = 8;
    private const int Fixed = TraceBytes + SpanBytes + 1;

    /// <summary>The bytes of a context; none for none.</summary>
    /// <param name="context">The context.</param>
    /// <param name="buffer">Space for a context without a trace state.</param>
    public static ReadOnlySpan<byte> Write(in ActivityContext context, Span<byte> buffer)
    {
        if (context == default)
        {
            return [];
        }

        if (context.TraceState is { Length: > 0 } state)
        {
            buffer = new byte[Fixed + Encoding.UTF8.GetByteCount(state)];
            Encoding.UTF8.GetBytes(state, buffer[Fixed..]);
        }

        context.TraceId.CopyTo(buffer[..TraceBytes]);
        context.SpanId.CopyTo(buffer.Slice(TraceBytes, SpanBytes));
        buffer[Fixed - 1] = (byte)context.TraceFlags;
        return buffer;
    }

    /// <summary>A buffer for <see cref="Write"/>.</summary>
    public static int Size => Fixed;

    /// <summary>The context of some bytes; default if they are none.</summary>
    public static ActivityContext Read(ReadOnlySpan<byte> bytes) => bytes.Length < Fixed ? default : new ActivityContext(
        ActivityTraceId.CreateFromBytes(bytes[..TraceBytes]),
        ActivitySpanId.CreateFromBytes(bytes.Slice(TraceBytes, SpanBytes)),
        (ActivityTraceFlags)bytes[Fixed - 1],
        bytes.Length == Fixed ? null : Encoding.UTF8.GetString(bytes[Fixed..]),
        isRemote: true);
}
