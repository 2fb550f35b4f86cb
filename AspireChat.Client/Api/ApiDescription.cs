using System.Net.Mime;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace AspireChat.Client.Api;

/// <summary>The API's description of itself (OpenAPI), beyond what routes and return types say.</summary>
internal static class ApiDescription
{
    /// <summary>The path of the description.</summary>
    public const string Root = "/openapi";

    private const string Refusal = nameof(Problem);

    /// <summary>Adds the token of every call, the document of every refusal, and the limits of names and pages.</summary>
    public static void Configure(OpenApiOptions options)
    {
        options.AddDocumentTransformer(async (document, context, cancellationToken) =>
        {
            document.Info = new OpenApiInfo { Title = "The local API of an AspireChat client", Version = "v1" };
            document.Servers = [];
            document.AddComponent("token", new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "bearer" });
            document.AddComponent(Refusal, await context.GetOrCreateSchemaAsync(typeof(Problem), null, cancellationToken));
            document.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference("token", document)] = [] }];
        });
        options.AddOperationTransformer((operation, context, _) =>
        {
            operation.Responses ??= [];
            operation.Responses["default"] = new OpenApiResponse
            {
                Description = "Refused.",
                Content = Json(MediaTypeNames.Application.ProblemJson, new OpenApiSchemaReference(Refusal, context.Document)),
            };
            foreach (var parameter in operation.Parameters?.OfType<OpenApiParameter>() ?? [])
            {
                parameter.Schema = SchemaOf(parameter.Name!, context.Description.RelativePath);
            }

            return Task.CompletedTask;
        });
        options.AddSchemaTransformer((schema, context, _) =>
        {
            // The generator does not know these types, since the contract has its own converters for times and modes.
            var type = context.JsonTypeInfo.Type;
            schema.Type ??= type == typeof(DateTimeOffset) ? JsonSchemaType.String
                : type == typeof(DateTimeOffset?) ? JsonSchemaType.String | JsonSchemaType.Null
                : type == typeof(GroupMode) ? JsonSchemaType.String
                : null;
            if (type == typeof(GroupMode))
            {
                schema.Description = $"One of {string.Join(", ", GroupMode.All)}, or another mode of a newer client.";
            }

            return Task.CompletedTask;
        });
    }

    /// <summary>
    /// Describes the body that a call reads itself. If the route declared it, the router would refuse before
    /// <see cref="ApiBody"/> can say why.
    /// </summary>
    public static void Reads<T>(this RouteHandlerBuilder call, bool isRequired = true) =>
        call.AddOpenApiOperationTransformer(async (operation, context, cancellationToken) => operation.RequestBody = new OpenApiRequestBody
        {
            Required = isRequired,
            Content = Json(MediaTypeNames.Application.Json, await context.GetOrCreateSchemaAsync(typeof(T), null, cancellationToken)),
        });

    // Parameters of a path or a query are read as text, so that a refusal can say what is wrong with them.
    private static OpenApiSchema SchemaOf(string parameter, string? path) => parameter switch
    {
        "limit" when path == "api/users" => new() { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{PageLimits.MaxUsers}", Default = PageLimits.MaxUsers },
        "limit" => new() { Type = JsonSchemaType.Integer, Minimum = "1", Maximum = $"{PageLimits.Max}", Default = PageLimits.Default },
        "q" => new() { Type = JsonSchemaType.String, MinLength = 1, MaxLength = SearchLimits.MaxQueryLength },
        "before" => new() { Type = JsonSchemaType.String, Format = "uuid" },
        "seconds" => new()
        {
            Type = JsonSchemaType.Number,
            ExclusiveMinimum = "0",
            Maximum = $"{SurveyResult.MaxSeconds}",
            Default = SurveyResult.DefaultSeconds,
        },
        _ => new() { Type = JsonSchemaType.String, MaxLength = ChatName.MaxLength, Description = ChatName.Rule },
    };

    private static Dictionary<string, OpenApiMediaType> Json(string type, IOpenApiSchema schema) =>
        new() { [type] = new OpenApiMediaType { Schema = schema } };
}
