using Aspire.Hosting.ApplicationModel;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

/// <summary>The app model as AppHost.cs makes it; nothing is started.</summary>
public sealed class DiagramTests
{
    private static readonly string[] Servers = ["redis", "rabbitmq"];

    [Fact]
    public async Task The_diagram_has_both_servers_and_a_client_per_user_and_guest()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann", "ben", "--guests", "cem");

        Assert.Equal(
            ["ann", "ann-token", "ben", "ben-token", "cem", "cem-token", "epmd", "rabbitmq", "rabbitmq-password", "redis", "redis-password"],
            diagram.Names);
        Assert.Equal(["ann", "ben", "cem"], diagram.Resources.OfType<ProjectResource>().Select(project => project.Name));
        Assert.All(Servers, server => Assert.IsAssignableFrom<IResourceWithConnectionString>(diagram[server]));
    }

    [Fact]
    public async Task Clients_start_after_the_servers_and_guests_when_asked()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann", "--guests", "cem");

        foreach (var client in new[] { "ann", "cem" })
        {
            var waits = diagram[client].Annotations.OfType<WaitAnnotation>().ToArray();
            Assert.Equal(Servers, waits.Select(wait => wait.Resource.Name));
            Assert.All(waits, wait => Assert.Equal(WaitType.WaitUntilHealthy, wait.WaitType));
            Assert.Single(diagram[client].Annotations.OfType<HealthCheckAnnotation>());
        }

        Assert.Empty(diagram["ann"].Annotations.OfType<ExplicitStartupAnnotation>());
        Assert.Single(diagram["cem"].Annotations.OfType<ExplicitStartupAnnotation>());
        Assert.Contains("epmd", diagram["rabbitmq"].Annotations.OfType<WaitAnnotation>().Select(wait => wait.Resource.Name));
    }

    [Fact]
    public async Task Clients_receive_connections_a_secret_token_and_a_folder()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann");

        var environment = await diagram.EnvironmentAsync("ann");

        Assert.Equal("{redis.connectionString}", environment["ConnectionStrings__redis"]);
        Assert.Equal("{rabbitmq.connectionString}", environment["ConnectionStrings__rabbitmq"]);
        Assert.Equal("{ann-token.value}", environment["Chat__ApiToken"]);
        Assert.Equal(Path.Combine(diagram.Data, "clients", "ann"), environment["Chat__DataDirectory"]);
        Assert.All(diagram.Resources.OfType<ParameterResource>(), parameter => Assert.True(parameter.Secret, parameter.Name));
    }

    [Fact]
    public async Task Secrets_are_kept_in_the_data_folder_and_outlast_the_run()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann");

        foreach (var (parameter, file) in new[]
        {
            ("ann-token", "api-token-ann"), ("redis-password", "redis-password"), ("rabbitmq-password", "rabbitmq-password"),
        })
        {
            var secret = await ((ParameterResource)diagram[parameter]).GetValueAsync(TestContext.Current.CancellationToken);
            Assert.Matches("^[A-Za-z0-9]{32}$", secret);
            Assert.Equal(await File.ReadAllTextAsync(
                Path.Combine(diagram.Data, "secrets", file), TestContext.Current.CancellationToken), secret);
        }
    }

    [Fact]
    public async Task Every_client_has_its_commands()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann");

        Assert.Equal(
            ["discover", "insult", "kill", "say", "send"],
            diagram["ann"].Annotations.OfType<ResourceCommandAnnotation>().Select(command => command.Name).Order());
        Assert.All(Servers, server => Assert.Contains(
            "kill", diagram[server].Annotations.OfType<ResourceCommandAnnotation>().Select(command => command.Name)));
    }

    [Fact]
    public async Task Every_client_has_a_terminal()
    {
        Assert.SkipUnless(Terminals.ArePossible, Terminals.WhyNot);
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann");

        Assert.Contains(diagram["ann"].Annotations, annotation => annotation.GetType().Name == "TerminalAnnotation");
    }

    [Fact]
    public async Task Clients_have_no_terminal_without_the_program_that_serves_them()
    {
        await using var diagram = await Diagram.DrawAsync("--ASPIRE_TERMINAL_HOST_PATH=/nowhere", "--backends", "local", "--users", "ann");

        Assert.DoesNotContain(diagram["ann"].Annotations, annotation => annotation.GetType().Name == "TerminalAnnotation");
    }

    [Fact]
    public async Task The_other_users_are_proposed_as_receivers()
    {
        await using var diagram = await Diagram.DrawAsync("--backends", "local", "--users", "ann", "a_b", "--guests", "cem");
        var to = diagram["ann"].Annotations.OfType<ResourceCommandAnnotation>().Single(command => command.Name == "send").Arguments[0];

        Assert.Equal(["a_b", "cem"], to.Options!.Select(option => option.Key));
        Assert.True(to.AllowCustomChoice);
    }

    [Fact]
    public async Task External_servers_are_connection_strings_of_the_user()
    {
        await using var diagram = await Diagram.DrawAsync(
            "--ConnectionStrings:redis=here", "--ConnectionStrings:rabbitmq=there", "--backends", "external", "--users", "ann", "--guests");

        Assert.Equal(["ann", "ann-token", "rabbitmq", "redis"], diagram.Names);
        Assert.All(Servers, server => Assert.IsAssignableFrom<IResourceWithConnectionString>(diagram[server]));
        Assert.Equal("{redis.connectionString}", (await diagram.EnvironmentAsync("ann"))["ConnectionStrings__redis"]);
    }
}
