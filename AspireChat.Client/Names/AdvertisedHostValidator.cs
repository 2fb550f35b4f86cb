using AspireChat.Client.Chat;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>Checks at start that others would take the address under which this client wants to be reached.</summary>
internal sealed class AdvertisedHostValidator : IValidateOptions<ChatOptions>
{
    private const string Path = $"{ChatOptions.Section}:{nameof(ChatOptions.AdvertisedHost)}";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ChatOptions options) =>
        PeerAddress.RefuseHost(options.AdvertisedHost.Trim('[', ']')) is { } fault
            ? ValidateOptionsResult.Fail($"{Path} is '{options.AdvertisedHost}', which others refuse: {fault}. It is where they reach this client.")
            : ValidateOptionsResult.Success;
}
