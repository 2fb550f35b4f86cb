using Microsoft.Extensions.Options;

namespace AspireChat.Client.Conversations;

/// <summary>Checks <see cref="ChatOptions"/> at start.</summary>
[OptionsValidator]
public sealed partial class ChatOptionsValidator : IValidateOptions<ChatOptions>;
