using AspireChat.AppHost.Faults;
using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Clients;

/// <summary>Clients in the diagram.</summary>
internal static class ChatClients
{
    // OpenTelemetry's own default. Aspire's default during development also records calls that a caller excluded.
    private const string Sampler = "parentbased_always_on";

    /// <summary>
    /// Adds one user's client: connected to the name server and the broker and started after them, with a folder for its
    /// identity and history that outlasts this run, a health check, commands, and a terminal where possible.
    /// </summary>
    /// <param name="builder">The diagram.</param>
    /// <param name="user">The user's name. The resource has the same name where Aspire allows it (<see cref="ResourceNames"/>).</param>
    /// <param name="redis">The name server.</param>
    /// <param name="rabbitmq">The broker.</param>
    /// <param name="settings">The settings, with the data folder.</param>
    public static IResourceBuilder<ProjectResource> AddChatClient(
        this IDistributedApplicationBuilder builder,
        string user,
        IResourceBuilder<IResourceWithConnectionString> redis,
        IResourceBuilder<IResourceWithConnectionString> rabbitmq,
        HostSettings settings)
    {
        var name = ResourceNames.Of(user);
        var folder = settings.Data.Folder("clients", user);
        EarlierRun.WaitForLock($"{user}'s client", Path.Combine(folder, "lock"));

        // The same in every run with the same data folder.
        var token = builder.AddParameter($"{name}-token", () => settings.Data.Secret($"api-token-{user}"), secret: true);
        var client = builder.AddProject<Projects.AspireChat_Client>(name)
            .WithIconName("Chat")
            .WithArgs("--name", user)
            .WithReference(redis).WaitFor(redis)
            .WithReference(rabbitmq).WaitFor(rabbitmq)
            .WithEnvironment("Chat__ApiToken", token)
            .WithEnvironment("Chat__DataDirectory", folder)
            .WithEnvironment("OTEL_TRACES_SAMPLER", Sampler)
            .WithHttpEndpoint(isProxied: false) // Aspire's proxy would hold calls to a client that does not run instead of refusing them.
            .WithoutCertificate()
            .WithHttpHealthCheck("/health")
            .WithUrlForEndpoint("http", url =>
            {
                // WithPageLink shows it, once it has a code.
                (url.DisplayText, url.DisplayLocation) = ($"{user}'s client", UrlDisplayLocation.DetailsOnly);
            })
            .WithChatTerminal();
        var api = new ClientApi(user, client.GetEndpoint("http"), token.Resource);
        return client
            .WithPageLink(api)
            .WithChatCommands(api, settings.Users.Concat(settings.Guests))
            .WithKillCommand();
    }

    // The web port is for this machine only, and each client has its own key towards peers. Aspire would offer the developer
    // certificate, and warn in red where there is none.
    private static IResourceBuilder<ProjectResource> WithoutCertificate(this IResourceBuilder<ProjectResource> client) =>
#pragma warning disable ASPIRECERTIFICATES001 // New in Aspire 13 and still experimental.
        client.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
}
