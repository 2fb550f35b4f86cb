using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>A rabbitmq-server of this machine.</summary>
/// <param name="name">Its name in the diagram, and of its connection string.</param>
/// <param name="rabbitMq">The server.</param>
/// <param name="password">What clients say to it; a secret.</param>
internal sealed class LocalRabbitMqResource(string name, LocalRabbitMq rabbitMq, ParameterResource password)
    : LocalServerResource(name, rabbitMq.Program, password)
{
    /// <summary>For RabbitMQ.Client (the AMQP URI of https://www.rabbitmq.com/docs/uri-spec).</summary>
    public override ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"amqp://{LocalRabbitMq.User}:{Password}@{Address}");
}
