using System.Diagnostics;
using AspireChat.Bench.Processes;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace AspireChat.Bench.Raw;

/// <summary>A question to everybody over a fanout exchange and bare answers, unsigned: those who answer, and who asks.</summary>
internal sealed class RawSurveyRole : Role
{
    private static readonly RawQueues Questions = new("bench.survey", IsDurable: false);
    private static readonly byte[] Body = new byte[64];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly List<IConnection> _connections = [];

    public RawSurveyRole()
    {
        On<Answer>(async answer =>
        {
            for (var i = 0; i < answer.Users; i++)
            {
                await StartAnsweringAsync(answer.Rabbit);
            }
        });
        On<Connect>(async connect => _connections.Add(await RawQueues.ConnectAsync(connect.Rabbit)));
        On<Ask, double>(AskAsync);
    }

    public override async ValueTask DisposeAsync()
    {
        foreach (var connection in _connections)
        {
            await connection.DisposeAsync();
        }
    }

    private async Task StartAnsweringAsync(string rabbit)
    {
        var connection = await RawQueues.ConnectAsync(rabbit);
        _connections.Add(connection);
        var channel = await connection.CreateChannelAsync();
        var queue = $"bench.survey.{Guid.NewGuid():N}";
        await Questions.DeclareAsync(channel, queue);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, question) => channel.BasicPublishAsync(
            exchange: "", question.BasicProperties.ReplyTo!, mandatory: false, new BasicProperties(), Body).AsTask();
        await channel.BasicConsumeAsync(queue, autoAck: true, consumer);
    }

    private async Task<double> AskAsync(Ask ask)
    {
        var began = Stopwatch.GetTimestamp();
        await using var channel = await _connections[0].CreateChannelAsync();
        var replies = (await channel.QueueDeclareAsync()).QueueName;
        var all = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var left = ask.Users;
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += (_, _) =>
        {
            if (--left == 0)
            {
                all.SetResult();
            }

            return Task.CompletedTask;
        };
        await channel.BasicConsumeAsync(replies, autoAck: true, consumer);
        await channel.BasicPublishAsync(Questions.Exchange, routingKey: "", mandatory: false, new BasicProperties { ReplyTo = replies }, Body);
        await all.Task.WaitAsync(Patience);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    /// <summary>Answers every question, once per user.</summary>
    internal sealed record Answer(string Rabbit, int Users) : Request<Done>;

    /// <summary>Connects, to ask.</summary>
    internal sealed record Connect(string Rabbit) : Request<Done>;

    /// <summary>Asks; answers with the milliseconds until the last of the users has answered.</summary>
    internal sealed record Ask(int Users) : Request<double>;
}
