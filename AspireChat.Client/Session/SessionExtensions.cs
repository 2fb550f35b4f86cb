using AspireChat.Client.Chat;

namespace AspireChat.Client.Session;

/// <summary>Registers the session.</summary>
public static class SessionExtensions
{
    /// <summary>Adds the core that all front ends use: the session, its events and the section <c>Chat</c>.</summary>
    public static IHostApplicationBuilder AddSession(this IHostApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<ChatOptions, ChatOptionsValidator>()
            .BindConfiguration(ChatOptions.Section);
        builder.Services.AddSingleton<LiveEvents>();
        builder.Services.AddSingleton<ConnectionStates>();
        builder.Services.AddSingleton<ChatSession>();
        return builder;
    }
}
