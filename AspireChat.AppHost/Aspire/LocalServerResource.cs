using AspireChat.AppHost.Local;

namespace AspireChat.AppHost.Aspire;

/// <summary>A server that runs as a program of this machine instead of in a container.</summary>
/// <param name="name">Its name in the diagram, and of the connection string.</param>
/// <param name="program">The program.</param>
/// <param name="connectionString">How clients reach it.</param>
internal sealed class LocalServerResource(string name, LocalProgram program, string connectionString)
    : ExecutableResource(name, program.FileName, program.WorkingDirectory), IResourceWithConnectionString
{
    /// <inheritdoc/>
    public ReferenceExpression ConnectionStringExpression => ReferenceExpression.Create($"{connectionString}");
}
