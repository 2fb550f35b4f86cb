namespace AspireChat.Client.Conversations;

/// <summary>Registration of the capability.</summary>
public static class ConversationsExtensions
{
    /// <summary>Adds the core that all front ends use: the session, its events and the section <c>Chat</c>.</summary>
    public static IHostApplicationBuilder AddConversations(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ChatOptions, ChatOptionsValidator>()
            .BindConfiguration(ChatOptions.Section);
        builder.Services.AddSingleton<LiveEvents>();
        builder.Services.AddSingleton<ConnectionStates>();
        builder.Services.AddSingleton<ChatSession>();
        return builder;
    }
}
