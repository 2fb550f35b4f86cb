using System.Net.Mime;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AspireChat.Client.Api;

/// <summary>The API described by itself (OpenAPI), beyond what routes and return types say.</summary>
internal static class ApiDescription
{
    /// <summary>The path under which the description is.</summary>
    public const string Root = "/openapi";

    /// <summary>Adds the token that every call carries, and the document that every refusal is.</summary>
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "The local API of an AspireChat client", Version = "v1" };
            document.Servers = [];
            document.AddComponent("token", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" });
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(async (operation, context, cancellationToken) =>
        {
            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "Refused.",
                Content = Json(MediaTypeNames.Application.ProblemJson, await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken)),
            };
        });
    }

    /// <summary>Says which body a call reads by itself. A binder's own declaration would refuse before <see cref="ApiBody"/> can say why.</summary>
    public static void Reads<T>(this RouteHandlerBuilder call, bool isRequired = true) =>
        call.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) => operation.RequestBody = new OpenApiRequestBody
        {
            Required = isRequired,
            Content = Json(MediaTypeNames.Application.Json, await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken)),
        });

    private static Dictionary<string, OpenApiMediaType> Json(string type, OpenApiSchema schema) =>
        new() { [type] = new OpenApiMediaType { Schema = schema } };
}
