namespace AspireChat.Client.Discovery;

/// <summary>Registration of the capability.</summary>
public static class DiscoveryExtensions
{
    /// <summary>Adds discovery: asking all clients, and answering.</summary>
    public static IHostApplicationBuilder AddDiscovery(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<PeerSurvey>();
        builder.Services.AddHostedService<SurveyResponder>();
        return builder;
    }
}
