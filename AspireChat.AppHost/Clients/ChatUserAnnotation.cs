namespace AspireChat.AppHost.Clients;

/// <summary>Names the user whose client a resource is.</summary>
/// <param name="User">The user's name.</param>
internal sealed record ChatUserAnnotation(string User) : IResourceAnnotation;
