using System.Text;
using AspireChat.Client.Chat;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Client.Wire;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Discovery;

/// <summary>Answers the surveys of other clients.</summary>
internal sealed partial class SurveyResponder(
    BrokerConnection broker,
    FirstRegistration registration,
    JoinedGroups joined,
    LocalPeer self,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<SurveyResponder> logger) : BackgroundService
{
    // Small, because an answer is useful only while the asker waits for it.
    private const ushort Prefetch = 50;

    // The longest short string of AMQP, in bytes.
    private const int MaxReplyTo = 255;

    private readonly DateTimeOffset _since = time.GetUtcNow();
    private readonly SurveyReplies _replies = new(broker, options.Value, time);

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var address = await self.Address.WaitAsync(stoppingToken);
            var consumer = new BrokerConsumer(
                broker,
                SurveyTopology.What,
                SurveyTopology.DeclareQuestionsAsync,
                (questions, stopping) => AnswerAsync(questions, address, stopping),
                Prefetch,
                outlivesConnection: false,
                options.Value,
                time,
                logger);
            await await Task.WhenAny(consumer.RunAsync(stoppingToken), _replies.RunAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The client stops.
        }
    }

    private async Task AnswerAsync(IReadOnlyList<Delivery> questions, Uri address, CancellationToken stopping)
    {
        // Clients that do not know this user drop an answer under an unclaimed name; others accept it anyway.
        await registration.SettleAsync(stopping);
        foreach (var question in questions)
        {
            try
            {
                await AnswerAsync(question, address, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // No retry: the asker chooses where the answer goes, and does not wait long for it.
                Refuse($"the answer could not be sent ({e.GetType().Name})");
            }
        }
    }

    private async Task AnswerAsync(Delivery question, Uri address, CancellationToken stopping)
    {
        if (question.Properties is not { ReplyTo: { Length: > 0 } replyTo, CorrelationId: { } correlation }
            || !Guid.TryParseExact(correlation, "D", out _))
        {
            Refuse("it does not say where its answer must go");
            return;
        }

        // Bytes that are not valid text can become longer than a routing key when read as text.
        if (Encoding.UTF8.GetByteCount(replyTo) > MaxReplyTo)
        {
            Refuse("it names no queue for its answer");
            return;
        }

        if (Asker(question.Body) is not { } asker)
        {
            Refuse("it is not a survey");
            return;
        }

        if (asker == self.Name)
        {
            return;
        }

        using var span = ChatTelemetry.StartAnswer(asker, correlation, TraceHeaders.Read(question.Properties));
        var properties = new BasicProperties { CorrelationId = correlation, ContentType = SignedBatch.ContentType };
        TraceHeaders.Write(properties, span);
        await _replies.SendAsync(replyTo, properties, SurveyAnswers.Seal(self, address, _since, joined(), correlation), stopping);
    }

    private static string? Asker(ReadOnlyMemory<byte> body)
    {
        try
        {
            return SurveyQuestion.Parser.ParseFrom(body.Span).Asker;
        }
        catch (InvalidProtocolBufferException)
        {
            return null;
        }
    }

    private void Refuse(string why)
    {
        ChatTelemetry.CountRefused("question");
        Log.Refused(logger, why);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "A message on the discovery exchange was not answered: {Why}", EventName = "QuestionRefused")]
        public static partial void Refused(ILogger logger, string why);
    }
}
