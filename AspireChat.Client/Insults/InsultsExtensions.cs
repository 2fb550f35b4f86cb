namespace AspireChat.Client.Insults;

/// <summary>Registers the insult channel.</summary>
public static class InsultsExtensions
{
    /// <summary>Adds the insult channel.</summary>
    public static IHostApplicationBuilder AddInsults(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<InsultClaims>();
        builder.Services.AddSingleton<InsultWorker>();
        builder.Services.AddHostedService(services => services.GetRequiredService<InsultWorker>());
        return builder;
    }
}
