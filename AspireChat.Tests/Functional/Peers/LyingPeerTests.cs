using System.Diagnostics;
using System.Net;
using System.Threading.Channels;
using AspireChat.Protos.V1;
using AspireChat.Tests.Infrastructure;
using Grpc.Core;
using Xunit;

namespace AspireChat.Tests.Functional.Peers;

/// <summary>How a client treats a peer that answers wrongly, late, or not at all.</summary>
public sealed class LyingPeerTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1_026)]
    [InlineData(ulong.MaxValue)]
    public async Task Receipts_for_messages_never_sent_change_nothing(ulong held)
    {
        await using var line = await Line.StartAsync();
        var receipts = Channel.CreateUnbounded<Receipt>();
        var seqs = Channel.CreateUnbounded<ulong>();
        line.Bob.OnDeliver = async (frames, writer, context) =>
        {
            await context.WriteResponseHeadersAsync(line.Peer.Greeting());
            await writer.WriteAsync(new Receipt { StoredThrough = ulong.MaxValue, ReadThrough = ulong.MaxValue, HeldThrough = held });
            var telling = Task.Run(async () =>
            {
                await foreach (var receipt in receipts.Reader.ReadAllAsync(context.CancellationToken))
                {
                    await writer.WriteAsync(receipt);
                }
            });
            while (await frames.MoveNext(context.CancellationToken))
            {
                await seqs.Writer.WriteAsync(frames.Current.Batch.Messages[^1].Seq);
            }

            await telling;
        };

        await line.Alice.Api.SendAsync("bob", "one");
        Assert.Equal(1ul, await seqs.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout());
        await line.Alice.Api.SendAsync("bob", "two");
        Assert.Equal(2ul, await seqs.Reader.ReadAsync(TestContext.Current.CancellationToken).AsTask().DefaultTimeout());
        Assert.Equal([MessageState.Sending, MessageState.Sending], await line.StatesAsync());

        await receipts.Writer.WriteAsync(new Receipt { StoredThrough = 1 }, TestContext.Current.CancellationToken);
        await Until.Equal(
            "the first message is no longer being sent", true, async () => (await line.StatesAsync()).First() != MessageState.Sending);
        Assert.Equal(MessageState.Sending, (await line.StatesAsync()).Last());
    }

    [Fact]
    public async Task A_peer_that_answers_by_another_name_receives_nothing()
    {
        await using var line = await Line.StartAsync();
        var seen = 0;
        line.Bob.OnDeliver = async (frames, writer, context) =>
        {
            await context.WriteResponseHeadersAsync(line.Peer.Greeting("mallory"));
            await writer.WriteAsync(new Receipt());
            while (await frames.MoveNext(context.CancellationToken))
            {
                seen++;
            }
        };

        await line.Alice.Api.SendAsync("bob", "a secret");
        await Until.Sequence("the message fails", [MessageState.Failed], line.StatesAsync);
        Assert.Contains("does not answer as bob", (await line.Alice.Api.MessagesAsync("bob"))[0].Reason, StringComparison.Ordinal);
        Assert.Equal(0, seen);
    }

    [Fact]
    public async Task The_reason_a_peer_gives_for_a_refusal_is_shortened()
    {
        await using var line = await Line.StartAsync();
        line.Bob.OnDeliver = (_, _, _) =>
            throw new RpcException(new Status(StatusCode.PermissionDenied, "\u001b[2J" + new string('x', 5_000)));

        await line.Alice.Api.SendAsync("bob", "hello");
        await Until.Sequence("the message fails", [MessageState.Failed], line.StatesAsync);
        Assert.InRange((await line.Alice.Api.MessagesAsync("bob"))[0].Reason!.Length, 10, 300);
    }

    [Theory]
    [InlineData(StatusCode.Internal)]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.ResourceExhausted)]
    [InlineData(StatusCode.Unimplemented)]
    public async Task A_peer_in_trouble_is_called_again_at_growing_intervals(StatusCode trouble)
    {
        await using var line = await Line.StartAsync();
        var good = line.Bob.OnDeliver;
        line.Bob.OnDeliver = (_, _, _) => throw new RpcException(new Status(trouble, "Trouble."));
        await line.Alice.Api.SendAsync("bob", "hello");
        await Until.True("alice has called four times", () => line.Bob.Calls >= 4);
        Assert.Equal([MessageState.Sending], await line.StatesAsync());

        // The wait is 100 ms, doubled at each try and shortened by at most half: two more seconds allow few further tries.
        var (before, since) = (line.Bob.Calls, Stopwatch.GetTimestamp());
        await Until.True("two seconds have passed", () => Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(2));
        Assert.InRange(line.Bob.Calls - before, 0, 6);

        line.Bob.OnDeliver = good;
        await Until.Sequence("the message arrives in the end", [MessageState.Delivered], line.StatesAsync);
    }

    [Theory]
    [InlineData("stream")]
    [InlineData("request")]
    public async Task A_client_over_a_peers_limit_says_so_and_stops_asking(string refused)
    {
        await using var line = await Line.StartAsync();
        line.Bob.OnDeliver = async (_, _, context) =>
        {
            await context.WriteResponseHeadersAsync(line.Peer.Greeting());
            throw refused == "stream" ? TooMuch() : new RpcException(new Status(StatusCode.FailedPrecondition, "No chat."));
        };
        line.Bob.OnOpen = async context =>
        {
            await context.WriteResponseHeadersAsync(line.Peer.Greeting());
            throw TooMuch();
        };

        await line.Alice.Api.SendAsync("bob", "hello");
        await Until.Sequence("the message fails", [MessageState.Failed], line.StatesAsync);
        Assert.Contains("asked too much", (await line.Alice.Api.MessagesAsync("bob"))[0].Reason, StringComparison.Ordinal);
        Assert.Equal(refused == "stream" ? 1 : 2, line.Bob.Calls);

        static RpcException TooMuch() => new(
            new Status(StatusCode.ResourceExhausted, "You have asked too much."), new Metadata { { "aspirechat-refused", "requests" } });
    }

    [Fact]
    public async Task A_client_with_too_many_open_calls_gets_its_chat_later()
    {
        await using var line = await Line.StartAsync();
        var good = line.Bob.OnOpen;
        line.Bob.OnOpen = context => line.Bob.Calls > 3
            ? good(context)
            : throw new RpcException(new Status(StatusCode.ResourceExhausted, "A peer may have 8 calls open at a time."));

        Assert.Equal(ChatState.Open, (await line.Alice.Api.OpenChatAsync("bob")).State);
    }

    [Fact]
    public async Task A_peer_that_always_hangs_up_is_not_called_in_a_hot_loop()
    {
        await using var line = await Line.StartAsync();
        line.Bob.OnDeliver = async (_, writer, context) =>
        {
            await context.WriteResponseHeadersAsync(line.Peer.Greeting());
            await writer.WriteAsync(new Receipt());
        };
        await line.Alice.Api.SendAsync("bob", "hello");
        await Until.True("alice has called three times", () => line.Bob.Calls >= 3);

        var (before, since) = (line.Bob.Calls, Stopwatch.GetTimestamp());
        await Until.True("two seconds have passed", () => Stopwatch.GetElapsedTime(since) > TimeSpan.FromSeconds(2));
        Assert.InRange(line.Bob.Calls - before, 0, 45);
        Assert.Equal([MessageState.Sending], await line.StatesAsync());
    }

    [Fact]
    public async Task A_peer_that_never_answers_delays_neither_the_user_nor_the_shutdown()
    {
        await using var line = await Line.StartAsync(("Chat:OpenTimeout", "00:00:02"));
        line.Bob.OnOpen = async context =>
        {
            await Task.Delay(Timeout.Infinite, context.CancellationToken);
            return new OpenChatReply();
        };
        line.Bob.OnDeliver = (_, _, context) => Task.Delay(Timeout.Infinite, context.CancellationToken);

        var refusal = await ChatApi.RefusalAsync(() => line.Alice.Api.OpenChatAsync("bob")).DefaultTimeout();
        Assert.Equal(HttpStatusCode.GatewayTimeout, refusal.Status);
        await line.Alice.Api.SendAsync("bob", "hello");
        await Until.True("the stream hangs", () => line.Bob.Calls >= 2);

        var started = Stopwatch.GetTimestamp();
        Assert.Equal(0, await line.Alice.TerminateAsync());
        Assert.InRange(Stopwatch.GetElapsedTime(started), TimeSpan.Zero, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task A_peer_that_moves_to_another_port_is_found_again()
    {
        await using var line = await Line.StartAsync();
        await line.Alice.Api.SendAsync("bob", "one");
        await Until.Sequence("the message arrives", [MessageState.Delivered], line.StatesAsync);

        await using var elsewhere = await RawPeerServer.StartAsync(line.Peer);
        await line.Peer.RegisterAsync(line.Redis, elsewhere.Address);
        await line.Bob.DisposeAsync();
        await line.Alice.Api.SendAsync("bob", "two");
        await Until.Sequence("both messages have arrived", [MessageState.Delivered, MessageState.Delivered], line.StatesAsync);
        Assert.True(elsewhere.Calls > 0);
    }

    /// <summary>Alice's client, and a scripted peer in the place of bob's.</summary>
    private sealed class Line : IAsyncDisposable
    {
        private readonly ChatSystem _system;

        private Line(ChatSystem system, ChatClientProcess alice, RawPeer peer, RawPeerServer bob)
        {
            _system = system;
            Alice = alice;
            Peer = peer;
            Bob = bob;
        }

        public RedisServer Redis => _system.Redis;

        public ChatClientProcess Alice { get; }

        public RawPeer Peer { get; }

        public RawPeerServer Bob { get; }

        public static async Task<Line> StartAsync(params IEnumerable<(string, string)> settings)
        {
            var system = await ChatSystem.StartAsync();
            var alice = await system.StartProgramAsync("alice", settings);
            var peer = new RawPeer("bob");
            var bob = await RawPeerServer.StartAsync(peer);
            await peer.RegisterAsync(system.Redis, bob.Address);
            return new Line(system, alice, peer, bob);
        }

        public async Task<IEnumerable<MessageState>> StatesAsync() => (await Alice.Api.MessagesAsync("bob")).Select(message => message.State);

        public async ValueTask DisposeAsync()
        {
            await _system.DisposeAsync();
            await Bob.DisposeAsync();
            Peer.Dispose();
        }
    }
}
