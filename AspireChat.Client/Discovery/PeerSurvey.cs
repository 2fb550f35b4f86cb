using System.Diagnostics;
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
using RabbitMQ.Client.Events;

namespace AspireChat.Client.Discovery;

/// <summary>Asks all clients who they are: publishes one question to all of them and gathers the answers on its own queue.</summary>
internal sealed class PeerSurvey(
    BrokerConnection broker,
    OnlineUsers online,
    FirstRegistration registration,
    NameTrust trust,
    JoinedGroups joined,
    LocalPeer self,
    LiveEvents events,
    IOptions<BrokerOptions> options,
    TimeProvider time)
{
    private const string SoNobody = "no client can be asked now";

    // A question counts as asked when the broker has confirmed it.
    private static readonly CreateChannelOptions WithConfirm = new(
        publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true);

    /// <summary>Asks, and gathers answers until all listed users have answered or the window is over.</summary>
    /// <exception cref="ChatException"><see cref="ChatFault.Unavailable"/>: RabbitMQ is away, refuses the survey, or accepts
    /// no messages now.</exception>
    public async Task<SurveyResult> AskAsync(TimeSpan window, CancellationToken cancellationToken)
    {
        broker.Alarm.ThrowIfOn(SoNobody);

        // Until then the name server can neither list the users nor verify the answers.
        await registration.SettleAsync(cancellationToken);
        var findings = new SurveyFindingsSoFar(
            await ListOthersAsync(cancellationToken), joined().Keys.ToHashSet(StringComparer.Ordinal));
        try
        {
            await broker.UseChannelAsync(
                channel => GatherAsync(channel, window, findings, cancellationToken),
                cancellationToken,
                patience: options.Value.PublishDeadline);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, cancellationToken))
        {
            throw new ChatException(ChatFault.Unavailable, BrokerRefusal.Of(e) is { } refusal
                ? BrokerFaults.Sentence(SurveyTopology.What, refusal.Text)
                : $"RabbitMQ is away, so {SoNobody}; try again later.", e);
        }

        return findings.ToResult();
    }

    private async Task GatherAsync(IChannel channel, TimeSpan window, SurveyFindingsSoFar findings, CancellationToken cancellationToken)
    {
        var correlation = Guid.NewGuid().ToString();
        var answers = new SurveyInbox();
        await SurveyTopology.DeclareExchangeAsync(channel, cancellationToken);
        var queue = await SurveyTopology.DeclareExclusiveAsync(channel, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, answer) =>
        {
            if (answer.BasicProperties.CorrelationId == correlation
                && !answers.TryAdd(answer.Body.Span, TraceHeaders.Read(answer.BasicProperties)))
            {
                ChatTelemetry.CountRefused("answer");
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);

        var question = new BasicProperties { ReplyTo = queue, CorrelationId = correlation, ContentType = SignedBatch.ContentType };
        ActivityContext asked;
        using (var asking = ChatTelemetry.StartSurvey(correlation))
        {
            asked = asking?.Context ?? default;
            TraceHeaders.Write(question, asking);
            await broker.UsePublishingAsync(
                (connection, asks) => broker.PublishAsync(connection, () => AskAsync(asks, question, cancellationToken), SoNobody),
                SoNobody,
                cancellationToken,
                WithConfirm,
                patience: options.Value.PublishDeadline);
        }

        using var over = new CancellationTokenSource(window, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        try
        {
            while (!findings.IsComplete)
            {
                var (body, trace) = await answers.ReadAsync(either.Token);
                if (await TakeAsync(body, correlation, findings, either.Token) is { } answerer)
                {
                    ChatTelemetry.RecordAnswer(answerer, correlation, asked, trace);
                }
            }
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The window is over: the result is what was found.
        }

        await channel.QueueDeleteAsync(queue, cancellationToken: cancellationToken);
    }

    private ValueTask AskAsync(IChannel channel, BasicProperties question, CancellationToken cancellationToken) => channel.BasicPublishAsync(
        SurveyTopology.Exchange,
        routingKey: "",
        mandatory: false,
        question,
        new SurveyQuestion { Asker = self.Name }.ToByteArray(),
        cancellationToken);

    // Returns the name of the responder; null if the answer does not count.
    private async Task<string?> TakeAsync(byte[] body, string correlation, SurveyFindingsSoFar findings, CancellationToken cancellationToken)
    {
        if (SurveyAnswers.Open(body, correlation) is not { } answer
            || answer.User.Name == self.Name
            || await trust.CheckAsync(answer.User.Name, answer.Fingerprint, epoch: null, cancellationToken) != NameVerdict.Trusted)
        {
            return null;
        }

        var newGroups = findings.Add(answer);
        if (newGroups is null)
        {
            return null;
        }

        events.Publish(new FoundEvent(answer.User, Group: null));
        foreach (var group in newGroups)
        {
            events.Publish(new FoundEvent(User: null, group));
        }

        return answer.User.Name;
    }

    // Empty if no user is listed or the name server is away: the survey then waits for the whole window.
    private async Task<IReadOnlySet<string>> ListOthersAsync(CancellationToken cancellationToken)
    {
        try
        {
            return (await online.ListAsync(cancellationToken)).Where(user => user != self.Name).ToHashSet();
        }
        catch (ChatException e) when (e.Fault == ChatFault.Unavailable)
        {
            return new HashSet<string>();
        }
    }
}
