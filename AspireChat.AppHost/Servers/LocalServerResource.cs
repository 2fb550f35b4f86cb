namespace AspireChat.AppHost.Servers;

/// <summary>A server that runs as a program of this machine instead of in a container.</summary>
/// <param name="name">The name of the resource and its connection string.</param>
/// <param name="program">The program.</param>
/// <param name="port">The port on 127.0.0.1 where it listens.</param>
internal abstract class LocalServerResource(string name, LocalProgram program, int port)
    : ExecutableResource(name, program.FileName, program.WorkingDirectory), IResourceWithConnectionString
{
    /// <summary>The endpoint that clients use.</summary>
    public const string EndpointName = "tcp";

    /// <summary>The connection string for clients; it refers to the parameter with the password.</summary>
    public abstract ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>The connection string for this host's health checks.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>Host and port: 127.0.0.1 and not localhost, which may resolve to ::1 first, where the server does not listen.</summary>
    protected string Address { get; } = $"127.0.0.1:{port}";
}
