namespace AspireChat.AppHost.Servers;

/// <summary>
/// A rabbitmq-server of this machine. Its connection string is an AMQP URI (https://www.rabbitmq.com/docs/uri-spec) for
/// RabbitMQ.Client.
/// </summary>
/// <param name="name">The name of the resource and its connection string.</param>
/// <param name="rabbitMq">The server.</param>
/// <param name="password">The password for clients; a secret.</param>
internal sealed class LocalRabbitMqResource(string name, LocalRabbitMq rabbitMq, ParameterResource password)
    : LocalServerResource(name, rabbitMq.Program, rabbitMq.Port)
{
    /// <inheritdoc/>
    public override ReferenceExpression ConnectionStringExpression =>
        ReferenceExpression.Create($"amqp://{LocalRabbitMq.User}:{password}@{Address}");

    /// <inheritdoc/>
    public override string ConnectionString => $"amqp://{LocalRabbitMq.User}:{rabbitMq.Password}@{Address}";
}
