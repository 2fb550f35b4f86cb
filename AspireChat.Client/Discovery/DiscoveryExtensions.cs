namespace AspireChat.Client.Discovery;

/// <summary>Registers discovery.</summary>
public static class DiscoveryExtensions
{
    /// <summary>Adds discovery: asking all clients, and answering their questions.</summary>
    public static IHostApplicationBuilder AddDiscovery(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PeerSurvey>();
        builder.Services.AddHostedService<SurveyResponder>();
        return builder;
    }
}
