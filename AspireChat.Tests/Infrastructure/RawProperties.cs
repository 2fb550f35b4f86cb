using System.Buffers.Binary;

namespace AspireChat.Tests.Infrastructure;

/// <summary>Properties of an AMQP message in wire format, including some that no library would write.</summary>
public static class RawProperties
{
    // The flags of the properties that tests use, in the order of the properties.
    private const ushort ContentTypeFlag = 0x8000;
    private const ushort HeadersFlag = 0x2000;
    private const ushort CorrelationFlag = 0x0400;
    private const ushort ReplyToFlag = 0x0200;

    /// <summary>Encodes properties; those that are null are left out.</summary>
    /// <param name="contentType">At most 255 bytes.</param>
    /// <param name="headers">The fields of the header table.</param>
    /// <param name="correlation">At most 255 bytes.</param>
    /// <param name="replyTo">At most 255 bytes.</param>
    public static byte[] Of(byte[]? contentType = null, byte[]? headers = null, byte[]? correlation = null, byte[]? replyTo = null)
    {
        var flags = (contentType is null ? 0 : ContentTypeFlag) | (headers is null ? 0 : HeadersFlag)
            | (correlation is null ? 0 : CorrelationFlag) | (replyTo is null ? 0 : ReplyToFlag);
        return
        [
            (byte)(flags >> 8), (byte)flags,
            .. Short(contentType), .. headers is null ? [] : Sized(headers), .. Short(correlation), .. Short(replyTo),
        ];
    }

    /// <summary>The field <c>a</c>: arrays nested in each other.</summary>
    public static byte[] Arrays(int depth) => [1, (byte)'a', .. Nested(depth, [(byte)'A'])];

    /// <summary>Tables nested in each other, each as the field <c>b</c>.</summary>
    public static byte[] Tables(int depth) => Nested(depth, [1, (byte)'b', (byte)'F']);

    /// <summary>A decimal with more decimal places than .NET has; a broker accepts it like any other.</summary>
    public static byte[] UnreadableNumber() => [1, (byte)'d', (byte)'D', 255, 0, 0, 0, 1];

    private static byte[] Nested(int depth, byte[] opening)
    {
        var level = opening.Length + 4;
        var fields = new byte[depth * level];
        for (var i = 0; i < depth; i++)
        {
            opening.CopyTo(fields, i * level);
            BinaryPrimitives.WriteInt32BigEndian(fields.AsSpan((i * level) + opening.Length), (depth - 1 - i) * level);
        }

        return fields;
    }

    private static byte[] Short(byte[]? bytes) => bytes is null ? [] : [(byte)bytes.Length, .. bytes];

    private static byte[] Sized(byte[] bytes)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, bytes.Length);
        return [.. size, .. bytes];
    }
}
