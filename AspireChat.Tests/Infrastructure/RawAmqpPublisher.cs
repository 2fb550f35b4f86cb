using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// Publishes with hand-made AMQP frames, since no library writes the headers that some tests need: the properties are sent as
/// the bytes that the test gives.
/// </summary>
public sealed class RawAmqpPublisher : IAsyncDisposable
{
    private const byte Method = 1;
    private const byte Header = 2;
    private const byte Body = 3;
    private const byte Heartbeat = 8;
    private const byte FrameEnd = 0xCE;

    private readonly TcpClient _client;
    private readonly NetworkStream _stream;
    private int _frameMax;

    private RawAmqpPublisher(TcpClient client) => (_client, _stream) = (client, client.GetStream());

    /// <summary>Connects with the largest frames that the broker allows, and opens a channel with confirms.</summary>
    /// <param name="rabbit">A connection string.</param>
    public static async Task<RawAmqpPublisher> ConnectAsync(string rabbit)
    {
        var address = new Uri(rabbit);
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync(address.Host, address.Port);
        var publisher = new RawAmqpPublisher(client);
        try
        {
            await publisher.OpenAsync(address).DefaultTimeout();
            return publisher;
        }
        catch
        {
            await publisher.DisposeAsync();
            throw;
        }
    }

    /// <summary>Publishes and returns when the broker has confirmed it.</summary>
    /// <param name="exchange">The exchange; empty for the default one.</param>
    /// <param name="routingKey">The routing key.</param>
    /// <param name="properties">The property flags and the properties, as on the wire.</param>
    /// <param name="body">The body.</param>
    /// <exception cref="IOException">The broker refused it and closed the channel or the connection.</exception>
    public async Task PublishAsync(string exchange, string routingKey, byte[] properties, byte[] body)
    {
        using var frames = new MemoryStream();
        Write(frames, Method, 1, [.. Id(60, 40), 0, 0, .. Short(exchange), .. Short(routingKey), 0]);
        Write(frames, Header, 1, [0, 60, 0, 0, .. Long(body.Length), .. properties]);
        foreach (var part in body.Chunk(_frameMax - 8))
        {
            Write(frames, Body, 1, part);
        }

        await _stream.WriteAsync(frames.ToArray()).AsTask().DefaultTimeout();
        await ExpectAsync(60, 80).DefaultTimeout();
    }

    public ValueTask DisposeAsync()
    {
        _client.Dispose();
        return ValueTask.CompletedTask;
    }

    private async Task OpenAsync(Uri address)
    {
        var user = address.UserInfo.Split(':', 2);
        var host = Uri.UnescapeDataString(address.AbsolutePath.TrimStart('/'));
        await _stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray());
        await ExpectAsync(10, 10);
        var plain = Encoding.UTF8.GetBytes($"\0{user[0]}\0{user[1]}");
        await SendAsync(0, [.. Id(10, 11), 0, 0, 0, 0, .. Short("PLAIN"), .. Int(plain.Length), .. plain, .. Short("en_US")]);
        var tune = await ExpectAsync(10, 30);
        _frameMax = BinaryPrimitives.ReadInt32BigEndian(tune.AsSpan(6));
        await SendAsync(0, [.. Id(10, 31), .. tune.AsSpan(4, 6), 0, 0]);
        await SendAsync(0, [.. Id(10, 40), .. Short(host.Length > 0 ? host : "/"), 0, 0]);
        await ExpectAsync(10, 41);
        await SendAsync(1, [.. Id(20, 10), 0]);
        await ExpectAsync(20, 11);
        await SendAsync(1, [.. Id(85, 10), 0]);
        await ExpectAsync(85, 11);
    }

    private async Task SendAsync(ushort channel, byte[] payload)
    {
        using var frame = new MemoryStream();
        Write(frame, Method, channel, payload);
        await _stream.WriteAsync(frame.ToArray());
    }

    private async Task<byte[]> ExpectAsync(ushort type, ushort method)
    {
        while (true)
        {
            var head = new byte[7];
            await _stream.ReadExactlyAsync(head);
            var payload = new byte[BinaryPrimitives.ReadInt32BigEndian(head.AsSpan(3)) + 1];
            await _stream.ReadExactlyAsync(payload);
            if (head[0] == Heartbeat)
            {
                continue;
            }

            var got = (BinaryPrimitives.ReadUInt16BigEndian(payload), BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(2)));
            if (got == (type, method))
            {
                return payload;
            }

            // The broker closes the connection or the channel with a code and a sentence.
            throw new IOException(got is (10, 50) or (20, 40)
                ? $"{BinaryPrimitives.ReadUInt16BigEndian(payload.AsSpan(4))} {Encoding.UTF8.GetString(payload.AsSpan(7, payload[6]))}"
                : $"The broker sent method {got} instead of {(type, method)}.");
        }
    }

    private static void Write(MemoryStream to, byte type, ushort channel, byte[] payload)
    {
        to.Write([type, (byte)(channel >> 8), (byte)channel, .. Int(payload.Length)]);
        to.Write(payload);
        to.WriteByte(FrameEnd);
    }

    private static byte[] Id(ushort type, ushort method) => [(byte)(type >> 8), (byte)type, (byte)(method >> 8), (byte)method];

    private static byte[] Short(string text) => [(byte)Encoding.UTF8.GetByteCount(text), .. Encoding.UTF8.GetBytes(text)];

    private static byte[] Int(int number)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, number);
        return bytes;
    }

    private static byte[] Long(long number)
    {
        var bytes = new byte[8];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        return bytes;
    }
}
