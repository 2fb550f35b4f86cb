using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>A server that runs as a program of this machine instead of in a container.</summary>
/// <param name="name">Its name in the diagram, and of its connection string.</param>
/// <param name="program">The program.</param>
/// <param name="password">What clients say to it; a secret.</param>
internal abstract class LocalServerResource(string name, LocalProgram program, ParameterResource password)
    : ExecutableResource(name, program.FileName, program.WorkingDirectory), IResourceWithConnectionString
{
    /// <summary>The endpoint that clients use.</summary>
    public const string EndpointName = "tcp";

    /// <summary>What clients say to it; a secret.</summary>
    public ParameterResource Password { get; } = password;

    /// <inheritdoc/>
    public abstract ReferenceExpression ConnectionStringExpression { get; }

    /// <summary>Host and port; 127.0.0.1 and not localhost, which may mean ::1 first, where it does not listen.</summary>
    protected ReferenceExpression Address
    {
        get
        {
            var endpoint = new EndpointReference(this, EndpointName);
            return ReferenceExpression.Create(
                $"{endpoint.Property(EndpointProperty.IPV4Host)}:{endpoint.Property(EndpointProperty.Port)}");
        }
    }
}
