namespace AspireChat.AppHost.Servers;

/// <summary>A server that runs as a program of this machine instead of in a container.</summary>
/// <param name="name">Its name in the diagram, and of its connection string.</param>
/// <param name="program">The program.</param>
/// <param name="port">The port that it listens on, of 127.0.0.1.</param>
internal abstract class LocalServerResource(string name, LocalProgram program, int port)
    : ExecutableResource(name, program.FileName, program.WorkingDirectory), IResourceWithConnectionString
{
    /// <summary>The endpoint that clients use.</summary>
    public const string EndpointName = "tcp";

    /// <summary>What clients get, with the password as a reference to the parameter that holds it.</summary>
    public abstract ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>What this host's health checks use.</summary>
    public abstract string ConnectionString { get; }

    /// <summary>Host and port; 127.0.0.1 and not localhost, which may mean ::1 first, where it does not listen.</summary>
    protected string Address { get; } = $"127.0.0.1:{port}";
}
