using System.Buffers.Binary;
using System.Text;
using AspireChat.Tests.Infrastructure;

namespace AspireChat.Tests.Functional.Messaging;

/// <summary>Makes bodies and properties that are nearly right, or wrong in a way that the broker accepts.</summary>
/// <param name="random">Decides everything; the same seed gives the same mutations.</param>
internal sealed class Mutation(Random random)
{
    private static readonly byte[] Protobuf = Encoding.ASCII.GetBytes("application/protobuf");

    /// <summary>A mutation of one or more good bodies.</summary>
    public byte[] Body(IReadOnlyList<byte[]> good)
    {
        var body = (byte[])Pick(good).Clone();
        for (var i = random.Next(3); i >= 0; i--)
        {
            body = Change(body, good);
        }

        return body;
    }

    /// <summary>Properties, some of them as they should be.</summary>
    public byte[] Properties()
    {
        var properties = RawProperties.Of(
            random.Next(8) == 0 ? Maybe(Bytes(255)) : Protobuf,
            random.Next(2) == 0 ? null : Headers(),
            random.Next(4) == 0 ? Maybe(Bytes(255)) : Encoding.ASCII.GetBytes(NewId()),
            random.Next(3) == 0 ? Maybe(Bytes(255)) : Encoding.ASCII.GetBytes(Pick<string>(
                ["chat.insults", "nobody", "amq.rabbitmq.reply-to.x", "amq.rabbitmq.reply-to", "chat.discovery", " "])));
        if (random.Next(10) == 0)
        {
            properties[random.Next(properties.Length)] ^= (byte)(1 << random.Next(8));
        }

        return properties;
    }

    private byte[] Change(byte[] body, IReadOnlyList<byte[]> good)
    {
        var at = random.Next(body.Length + 1);
        switch (random.Next(9))
        {
            case 0 when at < body.Length:
                body[at] ^= (byte)(1 << random.Next(8));
                return body;
            case 1 when at < body.Length:
                body[at] = (byte)random.Next(256);
                return body;
            case 2:
                return body[..at];
            case 3:
                return [.. body[..at], .. Bytes(40), .. body[at..]];
            case 4:
                return [.. body[..at], .. Pick(good)];
            case 5:
                return [.. body, .. body];
            case 6:
                // Groups nested in groups, for protobuf's recursion limit without end.
                return [.. body[..at], .. Enumerable.Repeat((byte)0x0B, random.Next(20_000))];
            case 7:
                // A length beyond the end of the body.
                return [.. body[..at], 0x0A, 0xFF, 0xFF, 0xFF, 0xFF, 0x07];
            default:
                return random.Next(50) == 0 ? Bytes(300_000) : Bytes(500);
        }
    }

    private byte[] Headers() => random.Next(20) switch
    {
        0 => RawProperties.Arrays(random.Next(1, 26_000)),
        1 => RawProperties.Tables(random.Next(1, 18_600)),
        2 or 3 => Field("traceparent", [(byte)'S', .. Sized(Encoding.ASCII.GetBytes($"00-{NewId().Replace("-", "", StringComparison.Ordinal)}-0000000000000001-01"))]),
        4 => Field("tracestate", [(byte)'S', .. Sized(Bytes(2_000))]),
        5 => Field("x-delivery-count", Value(0)),
        _ => Fields(depth: 0),
    };

    private byte[] Fields(int depth)
    {
        byte[] fields = [];
        for (var i = random.Next(4); i >= 0; i--)
        {
            fields = [.. fields, .. Field(NewId()[..random.Next(1, 12)], Value(depth))];
        }

        return fields;
    }

    private byte[] Value(int depth)
    {
        switch (random.Next(14))
        {
            case 0: return [(byte)'S', .. Sized(Bytes(300))];
            case 1: return [(byte)'I', .. Exactly(4)];
            case 2: return [(byte)'D', (byte)random.Next(29), .. Exactly(4)];
            case 3: return [(byte)'T', .. Exactly(8)];
            case 4: return [(byte)'b', .. Exactly(1)];
            case 5: return [(byte)'d', .. Exactly(8)];
            case 6: return [(byte)'f', .. Exactly(4)];
            case 7: return [(byte)'l', .. Exactly(8)];
            case 8: return [(byte)'s', .. Exactly(2)];
            case 9: return [(byte)'t', .. Exactly(1)];
            case 10: return [(byte)'x', .. Sized(Bytes(300))];
            case 11 when depth < 5: return [(byte)'F', .. Sized(Fields(depth + 1))];
            case 12 when depth < 5: return [(byte)'A', .. Sized([.. Value(depth + 1), .. Value(depth + 1)])];
            default: return [(byte)'V'];
        }
    }

    private static byte[] Field(string name, byte[] value) => [(byte)name.Length, .. Encoding.ASCII.GetBytes(name), .. value];

    private string NewId() => new Guid(Exactly(16)).ToString();

    private byte[] Bytes(int atMost) => Exactly(random.Next(atMost + 1));

    private byte[] Exactly(int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private byte[]? Maybe(byte[] bytes) => random.Next(4) == 0 ? null : bytes;

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private static byte[] Sized(byte[] bytes)
    {
        var size = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(size, bytes.Length);
        return [.. size, .. bytes];
    }
}
