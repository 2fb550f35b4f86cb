using Microsoft.Extensions.Configuration;

namespace AspireChat.AppHost.Servers;

/// <summary>A server that the user runs elsewhere.</summary>
internal static class ExternalServer
{
    /// <summary>
    /// Adds the server by its connection string. If it were missing, Aspire would ask for it in the dashboard, and
    /// everything would wait.
    /// </summary>
    /// <param name="builder">The diagram.</param>
    /// <param name="name">The name of the resource and its connection string.</param>
    /// <exception cref="HostException">There is no such connection string.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddExternalServer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name) =>
        string.IsNullOrEmpty(builder.Configuration.GetConnectionString(name))
            ? throw new HostException($"--backends external needs the connection string '{name}': set ConnectionStrings__{name}.")
            : builder.AddConnectionString(name);
}
