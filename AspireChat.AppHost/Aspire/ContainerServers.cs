namespace AspireChat.AppHost.Aspire;

/// <summary>What Redis and RabbitMQ in containers need beyond Aspire's defaults.</summary>
internal static class ContainerServers
{
    private const string AppendOnly = "--appendonly yes";

    /// <summary>
    /// Lets Redis write every change to a file that it synchronises each second, so that a crash loses one second of
    /// registrations at most; snapshots alone lose a minute.
    /// </summary>
    public static IResourceBuilder<RedisResource> WithAppendOnlyFile(this IResourceBuilder<RedisResource> builder) =>
        builder.WithArgs(context =>
        {
            // For publishing, AddRedis makes one shell command line of them all: -c "redis-server …".
            if (context.ExecutionContext.IsPublishMode)
            {
                context.Args[^1] = $"{context.Args[^1]} {AppendOnly}";
                return;
            }

            foreach (var argument in AppendOnly.Split(' '))
            {
                context.Args.Add(argument);
            }
        });

    /// <summary>Adds RabbitMQ's management pages, with a link to them.</summary>
    public static IResourceBuilder<RabbitMQServerResource> WithManagementPages(this IResourceBuilder<RabbitMQServerResource> builder) =>
        builder.WithManagementPlugin().WithUrlForEndpoint("management", url => url.DisplayText = "RabbitMQ management");
}
