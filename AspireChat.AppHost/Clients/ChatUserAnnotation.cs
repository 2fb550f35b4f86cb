namespace AspireChat.AppHost.Clients;

/// <summary>Says whose client a resource is.</summary>
/// <param name="User">The user's name.</param>
internal sealed record ChatUserAnnotation(string User) : IResourceAnnotation;
