namespace AspireChat.AppHost.Aspire;

/// <summary>What the diagram says in one word.</summary>
internal static class DiagramExtensions
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

    /// <summary>Gives a client a place of its own for identity and history that outlasts this run.</summary>
    public static IResourceBuilder<ProjectResource> WithDataDirectory(
        this IResourceBuilder<ProjectResource> builder, string user, HostSetup setup) => setup.Data is null
        ? builder // Where it is deployed to, it has the place that it chooses by itself.
        : builder.WithEnvironment("Chat__DataDirectory", setup.Data.Folder("clients", user));
}
