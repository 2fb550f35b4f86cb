using Microsoft.Extensions.Options;

namespace AspireChat.Client.Api;

/// <summary>Checks <see cref="ApiOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class ApiOptionsValidator : IValidateOptions<ApiOptions>;
