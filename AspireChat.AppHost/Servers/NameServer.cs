using AspireChat.AppHost.Settings;

namespace AspireChat.AppHost.Servers;

/// <summary>Adds Redis, which knows who is online, where, and with which key.</summary>
internal static class NameServer
{
    /// <summary>Adds Redis: a container, a program of this machine, or the user's own (<c>ConnectionStrings:redis</c>).</summary>
    /// <param name="builder">The diagram.</param>
    /// <param name="name">The name of the resource and its connection string.</param>
    /// <param name="settings">The settings, with the backend and the data folder.</param>
    /// <exception cref="HostException">This machine does not have the chosen backend.</exception>
    public static IResourceBuilder<IResourceWithConnectionString> AddNameServer(
        this IDistributedApplicationBuilder builder, [ResourceName] string name, HostSettings settings) =>
        Backends.Choose(settings.Backend) switch
        {
            Backend.Container => builder.AddRedis(name).WithDataVolume().WithAppendOnlyFile().WithoutCertificate(),
            Backend.Local => builder.AddLocalRedis(name, settings.Data),
            _ => builder.AddExternalServer(name),
        };

    // Every change is appended to a file that is synchronised each second, so a crash loses at most one second of
    // registrations; Aspire's own persistence, by snapshots, loses a minute.
    private static IResourceBuilder<RedisResource> WithAppendOnlyFile(this IResourceBuilder<RedisResource> redis) =>
        redis.WithArgs("--appendonly", "yes");

    // The same on every machine: with a trusted developer certificate Aspire would use TLS, without one it would warn.
    private static IResourceBuilder<RedisResource> WithoutCertificate(this IResourceBuilder<RedisResource> redis) =>
#pragma warning disable ASPIRECERTIFICATES001 // New in Aspire 13 and still experimental.
        redis.WithoutHttpsCertificate();
#pragma warning restore ASPIRECERTIFICATES001
}
