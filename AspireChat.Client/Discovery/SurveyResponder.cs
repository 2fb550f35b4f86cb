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

/// <summary>Answers the surveys of others.</summary>
internal sealed partial class SurveyResponder(
    BrokerConnection broker,
    FirstRegistration registration,
    JoinedGroups joined,
    LocalPeer self,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<SurveyResponder> logger) : BackgroundService
{
    // A question is worth an answer only while somebody waits for it.
    private const ushort Prefetch = 50;

    // A short string of AMQP.
    private const int MaxReplyTo = 255;

    private readonly DateTimeOffset _since = time.GetUtcNow();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var address = await self.Address.WaitAsync(stoppingToken);
            await new BrokerConsumer(
                broker,
                SurveyTopology.What,
                SurveyTopology.DeclareQuestionsAsync,
                (questions, stopping) => AnswerAsync(questions, address, stopping),
                Prefetch,
                outlivesConnection: false,
                options.Value,
                time,
                logger).RunAsync(stoppingToken);
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
    }

    private async Task AnswerAsync(IReadOnlyList<Delivery> questions, Uri address, CancellationToken stopping)
    {
        // Strangers drop the answer of a name that nobody has claimed yet; acquaintances take it all the same.
        await registration.SettleAsync(stopping);
        foreach (var question in questions)
        {
            try
            {
                await AnswerAsync(question, address, stopping);
            }
            catch (Exception e) when (!stopping.IsCancellationRequested)
            {
                // Tried once: whoever asks decides where the answer goes, and nobody waits long for one.
                Refuse($"the answer could not be sent ({e.GetType().Name})");
            }
        }
    }

    private async Task AnswerAsync(Delivery question, Uri address, CancellationToken stopping)
    {
        if (question.Properties is not { ReplyTo: { Length: > 0 } replyTo, CorrelationId: { } correlation }
            || !Guid.TryParseExact(correlation, "D", out _))
        {
            Refuse("it does not say where its answer belongs");
            return;
        }

        // Bytes that are no text, read as text, can be more than a routing key may be.
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

        // A channel for each: what the broker holds against one answer closes the channel, and must not cost the next.
        const string so = "nobody can be answered";
        await broker.UsePublishingAsync(PublishAsync, so, stopping, patience: options.Value.PublishDeadline);

        async Task PublishAsync(IConnection connection, IChannel channel)
        {
            using var span = ChatTelemetry.StartAnswer(asker, correlation, TraceHeaders.Read(question.Properties));
            var properties = new BasicProperties { CorrelationId = correlation, ContentType = SignedBatch.ContentType };
            TraceHeaders.Write(properties, span);
            var answer = SurveyAnswers.Seal(self, address, _since, joined(), correlation);

            // Not mandatory: an asker that is gone needs no answer.
            await broker.PublishAsync(
                connection, () => channel.BasicPublishAsync(exchange: "", replyTo, mandatory: false, properties, answer, stopping), so);
        }
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
        [LoggerMessage(1, LogLevel.Warning, "Something on the discovery exchange is not answered: {Why}", EventName = "QuestionRefused")]
        public static partial void Refused(ILogger logger, string why);
    }
}
