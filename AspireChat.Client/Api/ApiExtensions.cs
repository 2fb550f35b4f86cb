using OpenTelemetry.Instrumentation.AspNetCore;

namespace AspireChat.Client.Api;

/// <summary>Registers the local API.</summary>
public static class ApiExtensions
{
    /// <summary>The path of all calls of the API.</summary>
    public const string Root = "/api";

    /// <summary>The path of the private chats.</summary>
    public const string Chats = Root + "/chats";

    /// <summary>The path of the groups.</summary>
    public const string Groups = Root + "/groups";

    /// <summary>The last segment of the path that marks a chat or a group as read.</summary>
    public const string Read = "read";

    /// <summary>The path of the event stream.</summary>
    public const string Events = Root + "/events";

    /// <summary>The largest body of a request, in bytes: a text of 16 KiB fits even if every byte of it is escaped.</summary>
    public const int MaxBodyBytes = 128 * 1024;

    /// <summary>Adds the local API: JSON over HTTP and server-sent events, on the web port.</summary>
    public static IHostApplicationBuilder AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ApiOptions, ApiOptionsValidator>().BindConfiguration(ApiOptions.Section);
        builder.Services.AddSingleton<ApiToken>();
        builder.Services.AddSingleton<EventStream>();
        builder.Services.AddProblemDetails();
        builder.Services.AddExceptionHandler<ProblemMapping>();
        builder.Services.Configure<AspNetCoreTraceInstrumentationOptions>(ApiTraces.Narrow);
        builder.Services.AddOpenApi(ApiDescription.Configure);
        builder.Services.ConfigureHttpJsonOptions(json => LocalApiJson.Configure(json.SerializerOptions));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxBodyBytes;
        });
        return builder;
    }

    /// <summary>Maps the API, and guards every path of the web port by its host name.</summary>
    public static WebApplication MapApi(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages(context => ProblemMapping.WriteStatusAsync(context.HttpContext));
        app.UseMiddleware<ApiGuard>();

        var api = app.MapGroup(Root);
        api.MapNames();
        api.MapChats();
        api.MapGroups();
        api.MapDiscovery();
        api.MapInsults();
        api.MapSearch();
        api.MapGet(Events[Root.Length..], (EventStream events, HttpContext context) => events.WriteAsync(context))
            .Produces<string>(StatusCodes.Status200OK, "text/event-stream");
        app.MapOpenApi(ApiDescription.Root + "/{documentName}.json");
        return app;
    }
}
