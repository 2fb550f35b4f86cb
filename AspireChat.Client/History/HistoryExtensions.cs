namespace AspireChat.Client.History;

/// <summary>Registers the local store.</summary>
public static class HistoryExtensions
{
    /// <summary>Adds the local store: messages, what finds them, and the pinned keys of other users.</summary>
    public static IHostApplicationBuilder AddHistory(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton<ChatDatabase>();
        builder.Services.AddSingleton<KnownPeers>();
        builder.Services.AddSingleton(services =>
        {
            var store = ActivatorUtilities.CreateInstance<MessageStore>(services);
            store.CountOutbox();
            return store;
        });
        builder.Services.AddHostedService<SearchIndexer>();
        return builder;
    }
}
