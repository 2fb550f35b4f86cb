using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AspireChat.Tests.Infrastructure;

/// <summary>
/// A client of the broker that is not AspireChat's: it has its own key and claim, and its publishes may break every rule. It
/// follows the written protocol and uses none of the client's code.
/// </summary>
public sealed class RawMember : IAsyncDisposable
{
    /// <summary>The peer address in its record, where no server listens.</summary>
    public const string Nowhere = "https://127.0.0.1:9";

    private const string Protobuf = "application/protobuf";

    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly Dictionary<string, string> _generations = [];
    private readonly byte[] _publicKey;
    private readonly IConnection _connection;
    private readonly IChannel _channel;

    private RawMember(string name, IConnection connection, IChannel channel)
    {
        Name = name;
        _publicKey = _key.ExportSubjectPublicKeyInfo();
        Fingerprint = Convert.ToHexStringLower(SHA256.HashData(_publicKey));
        _connection = connection;
        _channel = channel;
    }

    /// <summary>The name under which it signs.</summary>
    public string Name { get; }

    /// <summary>The fingerprint of its key.</summary>
    public string Fingerprint { get; }

    /// <summary>Its public key, DER SubjectPublicKeyInfo.</summary>
    public ByteString PublicKey => ByteString.CopyFrom(_publicKey);

    /// <summary>Connects with a new key.</summary>
    public static async Task<RawMember> ConnectAsync(string name, string rabbit)
    {
        var factory = new ConnectionFactory { Uri = new Uri(rabbit), AutomaticRecoveryEnabled = false };
        var connection = await factory.CreateConnectionAsync();
        var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true));
        return new RawMember(name, connection, channel);
    }

    /// <summary>Claims its name at the name server as a client would, replacing any other claim.</summary>
    public Task ClaimAsync(RedisServer redis) =>
        redis.ExecuteAsync("HSET", $"chat:claim:{Name}", "fingerprint", Fingerprint, "epoch", "1");

    /// <summary>Claims its name and stays listed as online without renewals.</summary>
    public async Task RegisterAsync(RedisServer redis)
    {
        await ClaimAsync(redis);
        await redis.ExecuteAsync(
            "HSET", $"chat:peer:{Name}", "address", Nowhere, "fingerprint", Fingerprint, "epoch", "1", "lease", "none", "since", "1700000000000");
        await redis.ExecuteAsync("ZADD", "chat:peers", "99999999999999", Name);
    }

    /// <summary>Reads the generation of groups, as a client would by joining, and signs for it from then on.</summary>
    public async Task LearnAsync(RedisServer redis, params IEnumerable<string> groups)
    {
        foreach (var group in groups)
        {
            _generations[group] = (await redis.ExecuteAsync("HGET", $"chat:group:{group}", "generation")).ToString();
        }
    }

    /// <summary>Messages to a group that keep every rule.</summary>
    /// <param name="group">The group.</param>
    /// <param name="firstSeq">The seq of the first text; the others follow.</param>
    /// <param name="texts">The texts.</param>
    public MessageList ToGroup(string group, ulong firstSeq, params IEnumerable<string> texts) =>
        To(new Conversation { Group = group }, firstSeq, texts, _generations.GetValueOrDefault(group, ""));

    /// <summary>Insults that keep every rule.</summary>
    public MessageList Insults(ulong firstSeq, params IEnumerable<string> texts) =>
        To(new Conversation { Insults = true }, firstSeq, texts);

    /// <summary>A signed batch.</summary>
    /// <param name="messages">The content.</param>
    /// <param name="conversation">The signed conversation, for example <c>group:chess</c>; that of the messages if null.</param>
    public MessageBatch Sign(MessageList messages, string? conversation = null)
    {
        conversation ??= messages.To.Insults ? "insults" : $"group:{messages.To.Group}";
        return Sign(messages.ToByteString(), conversation);
    }

    /// <summary>A signed batch with any content.</summary>
    public MessageBatch Sign(ByteString content, string conversation) =>
        new()
        {
            Content = content,
            PublicKey = PublicKey,
            Signature = Signature("aspirechat.v1.MessageBatch", conversation, content),
        };

    /// <summary>A signed answer to a survey.</summary>
    /// <param name="correlation">The question's correlation id.</param>
    /// <param name="user">The user that it names; its own name if null.</param>
    /// <param name="groups">The durable groups that it names.</param>
    public SurveyAnswer Answer(string correlation, string? user = null, params IEnumerable<string> groups)
    {
        var findings = new SurveyFindings
        {
            User = user ?? Name,
            Address = Nowhere,
            Since = Timestamp.FromDateTime(DateTime.UtcNow),
        };
        findings.Groups.AddRange(groups.Select(group => new SurveyGroup { Name = group, Mode = "durable" }));
        var content = findings.ToByteString();
        return new SurveyAnswer
        {
            Content = content,
            PublicKey = PublicKey,
            Signature = Signature("aspirechat.v1.SurveyAnswer", correlation, content),
        };
    }

    /// <summary>Publishes a batch to a group and returns when the broker has confirmed it.</summary>
    public Task SayAsync(string group, MessageBatch batch) => PublishAsync($"chat.group.{group}", batch.ToByteArray());

    /// <summary>Publishes any body and returns when the broker has confirmed it.</summary>
    public async Task PublishAsync(
        string exchange,
        ReadOnlyMemory<byte> body,
        string? contentType = Protobuf,
        string routingKey = "",
        string? replyTo = null,
        string? correlation = null)
    {
        var properties = new BasicProperties { Persistent = true };
        if (contentType is not null)
        {
            properties.ContentType = contentType;
        }

        if (replyTo is not null)
        {
            properties.ReplyTo = replyTo;
        }

        if (correlation is not null)
        {
            properties.CorrelationId = correlation;
        }

        await _channel.BasicPublishAsync(exchange, routingKey, mandatory: false, properties, body).AsTask().DefaultTimeout();
    }

    /// <summary>Keeps the body of every later publish to a group, in order. The group's exchange must exist.</summary>
    public async Task<ConcurrentQueue<byte[]>> OverhearAsync(string group)
    {
        var overheard = new ConcurrentQueue<byte[]>();
        var queue = await _channel.QueueDeclareAsync();
        await _channel.QueueBindAsync(queue.QueueName, $"chat.group.{group}", routingKey: "");
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += (_, delivered) =>
        {
            overheard.Enqueue(delivered.Body.ToArray());
            return Task.CompletedTask;
        };
        await _channel.BasicConsumeAsync(queue.QueueName, autoAck: true, consumer);
        return overheard;
    }

    /// <summary>Answers every later survey.</summary>
    /// <param name="answers">Makes the answers to a question's correlation id, each with the correlation id that it is sent with.</param>
    public async Task AnswerSurveysAsync(Func<string, IEnumerable<(string Correlation, byte[] Body)>> answers)
    {
        await _channel.ExchangeDeclareAsync("chat.discovery", ExchangeType.Fanout, durable: true, autoDelete: false);
        var questions = await _channel.QueueDeclareAsync();
        await _channel.QueueBindAsync(questions.QueueName, "chat.discovery", routingKey: "");

        // The consumer's channel must not wait for the confirms of its own publishes.
        var replies = await _connection.CreateChannelAsync();
        var consumer = new AsyncEventingBasicConsumer(_channel);
        consumer.ReceivedAsync += async (_, question) =>
        {
            foreach (var (correlation, body) in answers(question.BasicProperties.CorrelationId!))
            {
                await replies.BasicPublishAsync(
                    "",
                    question.BasicProperties.ReplyTo!,
                    mandatory: false,
                    new BasicProperties { CorrelationId = correlation, ContentType = Protobuf },
                    body);
            }
        };
        await _channel.BasicConsumeAsync(questions.QueueName, autoAck: true, consumer);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        _key.Dispose();
    }

    private MessageList To(Conversation place, ulong firstSeq, IEnumerable<string> texts, string generation = "")
    {
        var list = new MessageList { From = Name, To = place, Generation = generation };
        foreach (var text in texts)
        {
            list.Messages.Add(new ChatMessage
            {
                Id = Guid.CreateVersion7().ToString(),
                Seq = firstSeq++,
                Text = text,
                SentAt = Timestamp.FromDateTime(DateTime.UtcNow),
            });
        }

        return list;
    }

    private ByteString Signature(string purpose, string context, ByteString content) => ByteString.CopyFrom(
        _key.SignData([.. Encoding.UTF8.GetBytes($"{purpose}\n{context}\n"), .. content.Span], HashAlgorithmName.SHA256));
}
