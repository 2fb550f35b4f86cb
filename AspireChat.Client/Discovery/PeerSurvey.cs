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
        var listing = ListOthersAsync(cancellationToken);
        SurveyFindingsSoFar? findings = null;
        try
        {
            await broker.UseChannelAsync(
                async channel => findings = await GatherAsync(channel, window, listing, cancellationToken),
                cancellationToken,
                patience: options.Value.PublishDeadline);
        }
        catch (Exception e) when (BrokerConnection.IsAway(e, cancellationToken))
        {
            throw new ChatException(ChatFault.Unavailable, BrokerRefusal.Of(e) is { } refusal
                ? BrokerFaults.Sentence(SurveyTopology.What, refusal.Text)
                : $"RabbitMQ is away, so {SoNobody}; try again later.", e);
        }

        return findings!.ToResult();
    }

    // The queue for the answers ends with the channel.
    private async Task<SurveyFindingsSoFar> GatherAsync(
        IChannel channel, TimeSpan window, Task<IReadOnlySet<string>> listing, CancellationToken cancellationToken)
    {
        var correlation = Guid.NewGuid().ToString();
        var inbox = new SurveyInbox();
        var queue = await ConsumeAsync(channel, correlation, inbox, cancellationToken);
        var findings = new SurveyFindingsSoFar(await listing, joined().Keys.ToHashSet(StringComparer.Ordinal));

        using var over = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(over.Token, cancellationToken);
        var checks = new SurveyChecks(inbox, trust, self, correlation);
        var checking = checks.RunAsync(either.Token);
        try
        {
            var asked = await AskAsync(queue, correlation, cancellationToken);
            over.CancelAfter(window);
            while (!findings.IsComplete)
            {
                Take(await checks.NextAsync(either.Token), correlation, asked, findings);
            }
        }
        catch (OperationCanceledException) when (over.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            // The window is over: the result is what was found.
        }
        finally
        {
            await over.CancelAsync();
            await checking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return findings;
    }

    private static async Task<string> ConsumeAsync(
        IChannel channel, string correlation, SurveyInbox inbox, CancellationToken cancellationToken)
    {
        await SurveyTopology.DeclareExchangeAsync(channel, cancellationToken);
        var queue = await SurveyTopology.DeclareExclusiveAsync(channel, cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, answer) =>
        {
            if (answer.BasicProperties.CorrelationId == correlation
                && !inbox.TryAdd(answer.Body.Span, TraceHeaders.Read(answer.BasicProperties)))
            {
                ChatTelemetry.CountRefused("answer");
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer, cancellationToken);
        return queue;
    }

    // Returns the context of the question.
    private async Task<ActivityContext> AskAsync(string queue, string correlation, CancellationToken cancellationToken)
    {
        var question = new BasicProperties { ReplyTo = queue, CorrelationId = correlation, ContentType = SignedBatch.ContentType };
        using var asking = ChatTelemetry.StartSurvey(correlation);
        TraceHeaders.Write(question, asking);
        await broker.UsePublishingAsync(
            (connection, asks) => broker.PublishAsync(connection, () => AskAsync(asks, question, cancellationToken), SoNobody),
            SoNobody,
            cancellationToken,
            WithConfirm,
            patience: options.Value.PublishDeadline);
        return asking?.Context ?? default;
    }

    private ValueTask AskAsync(IChannel channel, BasicProperties question, CancellationToken cancellationToken) => channel.BasicPublishAsync(
        SurveyTopology.Exchange,
        routingKey: "",
        mandatory: false,
        question,
        new SurveyQuestion { Asker = self.Name }.ToByteArray(),
        cancellationToken);

    private void Take(CheckedAnswer answered, string correlation, ActivityContext asked, SurveyFindingsSoFar findings)
    {
        if (findings.Add(answered.Answer) is not { } newGroups)
        {
            return;
        }

        var user = answered.Answer.User;
        events.Publish(new FoundEvent(user, Group: null));
        foreach (var group in newGroups)
        {
            events.Publish(new FoundEvent(User: null, group));
        }

        ChatTelemetry.RecordAnswer(user.Name, correlation, asked, answered.Trace);
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
