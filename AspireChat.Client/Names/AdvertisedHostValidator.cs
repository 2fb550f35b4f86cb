using AspireChat.Client.Chat;
using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>Checks at start that peers would accept the address this client advertises.</summary>
internal sealed class AdvertisedHostValidator : IValidateOptions<ChatOptions>
{
    private const string Path = $"{ChatOptions.Section}:{nameof(ChatOptions.AdvertisedHost)}";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, ChatOptions options) =>
        PeerAddress.RefuseHost(options.AdvertisedHost.Trim('[', ']')) is { } fault
            ? ValidateOptionsResult.Fail($"{Path} is '{options.AdvertisedHost}', which peers refuse: {fault}. Peers reach this client there.")
            : ValidateOptionsResult.Success;
}
