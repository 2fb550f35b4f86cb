using Microsoft.Extensions.Options;

namespace AspireChat.Client.Chat;

/// <summary>Checks <see cref="ChatOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class ChatOptionsValidator : IValidateOptions<ChatOptions>;
