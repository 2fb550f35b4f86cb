namespace AspireChat.AppHost.Servers;

/// <summary>
/// A rabbitmq-server of this machine. Its connection string is an AMQP URI (https://www.rabbitmq.com/docs/uri-spec) for
/// RabbitMQ.Client.
/// </summary>
/// <param name="name">Its name in the diagram, and of its connection string.</param>
/// <param name="rabbitMq">The server.</param>
/// <param name="password">What clients say to it; a secret.</param>
internal sealed class LocalRabbitMqResource(string name, LocalRabbitMq rabbitMq, ParameterResource password)
    : LocalServerResource(name, rabbitMq.Program, rabbitMq.Port)
{
    /// <inheritdoc/>
    public override ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"amqp://{LocalRabbitMq.User}:{password}@{Address}");

    /// <inheritdoc/>
    public override string ConnectionString => $"amqp://{LocalRabbitMq.User}:{rabbitMq.Password}@{Address}";
}
