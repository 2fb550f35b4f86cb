using Aspire.Hosting;
using Aspire.Hosting.ApplicationModel;
using Aspire.Hosting.Testing;
using AspireChat.Tests.Infrastructure;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

/// <summary>The model that AppHost.cs makes of some arguments.</summary>
internal sealed class Diagram(IDistributedApplicationTestingBuilder builder, TempFolder data) : IAsyncDisposable
{
    public IResourceCollection Resources => builder.Resources;

    /// <summary>The names of all resources except those that Aspire adds to rebuild a project.</summary>
    public IEnumerable<string> Names =>
        Resources.Select(resource => resource.Name).Where(name => !name.EndsWith("-rebuilder", StringComparison.Ordinal)).Order();

    public string Data => data.FullName;

    public IResource this[string name] => Resources.Single(resource => resource.Name == name);

    public static async Task<Diagram> DrawAsync(params string[] arguments)
    {
        var data = new TempFolder("diagram");
        var builder = await DistributedApplicationTestingBuilder
            .CreateAsync<Projects.AspireChat_AppHost>(
                ["--data", data.FullName, .. arguments], TestContext.Current.CancellationToken)
            .DefaultTimeout();
        return new Diagram(builder, data);
    }

    /// <summary>The environment that a client would start with; secrets and connections are expressions.</summary>
    public async Task<IReadOnlyDictionary<string, string>> EnvironmentAsync(string client)
    {
        var publishing = new DistributedApplicationExecutionContext(DistributedApplicationOperation.Publish);
        var configuration = await ExecutionConfigurationBuilder.Create(this[client])
            .WithEnvironmentVariablesConfig()
            .BuildAsync(publishing, NullLogger.Instance, TestContext.Current.CancellationToken);
        return configuration.EnvironmentVariables.ToDictionary();
    }

    public async ValueTask DisposeAsync()
    {
        await builder.DisposeAsync();
        data.Dispose();
    }
}
