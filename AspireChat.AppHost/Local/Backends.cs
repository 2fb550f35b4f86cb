namespace AspireChat.AppHost.Local;

/// <summary>Where Redis and RabbitMQ come from.</summary>
internal enum Backends
{
    /// <summary>From containers; needs Docker or Podman.</summary>
    Container,

    /// <summary>From the programs redis-server and rabbitmq-server of this machine.</summary>
    Local,
}
