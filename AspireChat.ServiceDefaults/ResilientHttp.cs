using Microsoft.Extensions.DependencyInjection;

namespace AspireChat.ServiceDefaults;

public static partial class Extensions
{
    static partial void AddResilientHttp(IServiceCollection services)
    {
        services.AddServiceDiscovery();
        services.ConfigureHttpClientDefaults(http =>
        {
            http.AddStandardResilienceHandler();
            http.AddServiceDiscovery();
        });
    }
}
