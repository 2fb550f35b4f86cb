namespace AspireChat.AppHost.Settings;

/// <summary>Where Redis and RabbitMQ come from.</summary>
internal enum Backend
{
    /// <summary>From containers; needs Docker or Podman.</summary>
    Container,

    /// <summary>From the programs redis-server and rabbitmq-server of this machine.</summary>
    Local,

    /// <summary>
    /// From servers that the user runs elsewhere and names in the configuration: <c>ConnectionStrings:redis</c> and
    /// <c>ConnectionStrings:rabbitmq</c>.
    /// </summary>
    External,
}
