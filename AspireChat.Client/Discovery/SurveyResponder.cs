using AspireChat.Client.Groups;
using AspireChat.Client.Identity;
using AspireChat.Client.Messaging;
using AspireChat.Client.Names;
using AspireChat.Client.Telemetry;
using AspireChat.Protos.V1;
using Google.Protobuf;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;

namespace AspireChat.Client.Discovery;

/// <summary>Answers the surveys of others.</summary>
internal sealed partial class SurveyResponder(
    BrokerConnection broker,
    FirstRegistration registration,
    GroupRooms rooms,
    LocalPeer self,
    IOptions<BrokerOptions> options,
    TimeProvider time,
    ILogger<SurveyResponder> logger) : BackgroundService
{
    // A question is worth an answer only while somebody waits for it.
    private const ushort Prefetch = 50;

    private readonly DateTimeOffset _since = time.GetUtcNow();

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var address = await self.Address.WaitAsync(stoppingToken);
            await new BrokerConsumer(
                broker,
                SurveyTopology.DeclareQuestionsAsync,
                (questions, stopping) => AnswerAsync(questions, address, stopping),
                Prefetch,
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
        await broker.UseChannelAsync((_, channel) => AnswerAsync(channel, questions, address, stopping), stopping);
    }

    private async Task AnswerAsync(IChannel channel, IReadOnlyList<Delivery> questions, Uri address, CancellationToken stopping)
    {
        foreach (var question in questions)
        {
            if (question.Properties is not { ReplyTo: { Length: > 0 } replyTo, CorrelationId: { } correlation }
                || !Guid.TryParseExact(correlation, "D", out _)
                || Asker(question.Body) is not { } asker
                || asker == self.Name)
            {
                continue;
            }

            using var span = ChatTelemetry.StartAnswer(asker, correlation, TraceHeaders.Read(question.Properties));
            var properties = new BasicProperties { CorrelationId = correlation, ContentType = SignedBatch.ContentType };
            TraceHeaders.Write(properties, span);
            var answer = SurveyAnswers.Seal(self, address, _since, rooms.Joined, correlation);

            // Not mandatory: an asker that is gone needs no answer.
            await channel.BasicPublishAsync(
                exchange: "",
                replyTo,
                mandatory: false,
                properties,
                answer,
                stopping);
        }
    }

    private string? Asker(ReadOnlyMemory<byte> body)
    {
        try
        {
            return SurveyQuestion.Parser.ParseFrom(body.Span).Asker;
        }
        catch (InvalidProtocolBufferException)
        {
            LogRefused();
            return null;
        }
    }

    [LoggerMessage(1, LogLevel.Warning, "Something on the discovery exchange is not a survey; dropped", EventName = "QuestionRefused")]
    private partial void LogRefused();
}
