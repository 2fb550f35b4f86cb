namespace AspireChat.AppHost.Aspire;

/// <summary>Clients in the diagram.</summary>
internal static class ChatClients
{
    /// <summary>
    /// Adds one user's client: connected with name server and broker and started after them, with a place of its own for
    /// identity and history that outlasts this run, a health check, a terminal, and commands.
    /// </summary>
    /// <param name="builder">The diagram.</param>
    /// <param name="user">The user's name. It is the resource's too, where Aspire takes it (<see cref="ResourceNames"/>).</param>
    /// <param name="redis">The name server.</param>
    /// <param name="rabbitmq">The broker.</param>
    /// <param name="setup">Where data are kept.</param>
    public static IResourceBuilder<ProjectResource> AddChatClient(
        this IDistributedApplicationBuilder builder,
        string user,
        IResourceBuilder<IResourceWithConnectionString> redis,
        IResourceBuilder<IResourceWithConnectionString> rabbitmq,
        HostSetup setup)
    {
        var name = ResourceNames.Of(user);
        var token = builder.AddToken(name, user, setup);
        var client = builder.AddProject<Projects.AspireChat_Client>(name)
            .WithIconName("Chat")
            .WithArgs("--name", user)
            .WithReference(redis).WaitFor(redis)
            .WithReference(rabbitmq).WaitFor(rabbitmq)
            .WithEnvironment("Chat__ApiToken", token)
            .WithDataDirectory(user, setup)
            .WithHttpEndpoint(targetPort: builder.ExecutionContext.IsPublishMode ? ComposeFile.WebPort : null)
            .WithHttpHealthCheck("/health")
            .WithUrlForEndpoint("http", url => url.DisplayText = $"{user}'s client");

        var api = new ClientApi(user, client.GetEndpoint("http"), token.Resource);
        return client
            .WithAnnotation(new ChatUserAnnotation(user))
            .WithChatTerminal()
            .WithChatCommands(api)
            .WithKillCommand();
    }

    // The same in every run with the same data folder; made once more where the system is deployed to.
    private static IResourceBuilder<ParameterResource> AddToken(
        this IDistributedApplicationBuilder builder, string name, string user, HostSetup setup) => setup.Data is { } data
        ? builder.AddParameter($"{name}-token", () => data.Secret($"api-token-{user}"), secret: true)
        : builder.AddParameter($"{name}-token", new GenerateParameterDefault { MinLength = 32, Special = false }, secret: true);

    private static IResourceBuilder<ProjectResource> WithDataDirectory(
        this IResourceBuilder<ProjectResource> client, string user, HostSetup setup) => setup.Data is { } data
        ? client.WithEnvironment("Chat__DataDirectory", data.Folder("clients", user))
        : client; // Where it is deployed to, ComposeFile says where.

    /// <summary>Lets the dashboard, and <c>aspire terminal attach alice</c>, open the client's menu.</summary>
    private static IResourceBuilder<ProjectResource> WithChatTerminal(this IResourceBuilder<ProjectResource> client) =>
#pragma warning disable ASPIRETERMINAL001 // New in Aspire 13.5 and still experimental. Should it change, it changes here only.
        client.WithTerminal();
#pragma warning restore ASPIRETERMINAL001
}
