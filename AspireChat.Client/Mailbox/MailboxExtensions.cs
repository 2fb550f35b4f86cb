namespace AspireChat.Client.Mailbox;

/// <summary>Registers mailboxes.</summary>
public static class MailboxExtensions
{
    /// <summary>Adds the mailboxes at the broker: leaving letters for others, and taking in this user's own.</summary>
    public static IHostApplicationBuilder AddMailbox(this IHostApplicationBuilder builder)
    {
        builder.Services.AddSingleton<MailboxPost>();
        builder.Services.AddSingleton<MailboxReader>();
        return builder;
    }
}
