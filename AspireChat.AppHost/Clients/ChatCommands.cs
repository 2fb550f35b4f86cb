using AspireChat.AppHost.Commands;
using AspireChat.Protos.LocalApi;
using AspireChat.Protos.Rules;

namespace AspireChat.AppHost.Clients;

/// <summary>
/// The most frequent actions of users as commands on their clients: buttons with a form in the dashboard, and
/// <c>aspire resource alice send --to bob --text "hello"</c> elsewhere. They are enabled while the client runs.
/// </summary>
internal static class ChatCommands
{
    // This command has its own button and not only a place in the menu.
    private const string Send = "send";

    /// <summary>Adds the commands <c>send</c>, <c>say</c>, <c>discover</c> and <c>insult</c>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="api">The client's API.</param>
    /// <param name="users">All users with a client in this host.</param>
    public static IResourceBuilder<ProjectResource> WithChatCommands(
        this IResourceBuilder<ProjectResource> client, ClientApi api, IEnumerable<string> users)
    {
        var actions = new ChatActions(api);
        return client
            .WithChatCommand(Send, "Send a private message", "Sends a private message, opens the chat if necessary, and reports whether the message was delivered.", "Send",
                [To(users.Where(user => user != api.User)), Text("What to say.", required: true)],
                (arguments, cancellationToken) => actions.SendAsync(arguments["to"].Value!, arguments["text"].Value!, cancellationToken))
            .WithChatCommand("say", "Say something in a group", "Sends a text to a group, joins or creates it if necessary, and reports whether RabbitMQ has the message.", "ChatMultiple",
                [Group(), Text("What to say.", required: true)],
                (arguments, cancellationToken) => actions.SayAsync(arguments["group"].Value!, arguments["text"].Value!, cancellationToken))
            .WithChatCommand("discover", "Discover", "Asks all clients who they are and which groups they are in.", "Search",
                [Seconds()],
                (arguments, cancellationToken) => actions.DiscoverAsync(arguments["seconds"].Value, cancellationToken),
                progress: "Waiting for the clients' answers …")
            .WithChatCommand("insult", "Send an insult", "Sends an insult, which reaches exactly one client, chosen by RabbitMQ.", "EmojiAngry",
                [Text("The insult; empty: a stock one.", required: false)],
                (arguments, cancellationToken) => actions.InsultAsync(arguments["text"].Value, cancellationToken));
    }

    private static IResourceBuilder<ProjectResource> WithChatCommand(
        this IResourceBuilder<ProjectResource> client,
        string name,
        string displayName,
        string description,
        string icon,
        IReadOnlyList<InteractionInput> arguments,
        Func<InteractionInputCollection, CancellationToken, Task<ExecuteCommandResult>> execute,
        string? progress = null) =>
        client.WithCommand(
            name,
            displayName,
            async context => context.FindRunning() is not null
                ? await execute(context.Arguments, context.CancellationToken)
                : CommandResults.Failure($"{client.Resource.Name} is not running; 'start' starts it."),
            new CommandOptions
            {
                Description = description,
                IconName = icon,
                IsHighlighted = name == Send,
                Arguments = arguments,
                Progress = progress is null ? null : new CommandProgressOptions { Message = progress },
                UpdateState = RunningResource.EnabledWhileRunning,
            });

    // The list proposes the users who have a client here; other names can be typed.
    private static InteractionInput To(IEnumerable<string> others) => new()
    {
        Name = "to",
        Label = "To",
        Description = "Another user.",
        InputType = InputType.Choice,
        AllowCustomChoice = true,
        Required = true,
        Options = [.. others.Select(user => KeyValuePair.Create(user, user))],
    };

    private static InteractionInput Group() => new()
    {
        Name = "group",
        Label = "Group",
        Description = "The group's name.",
        InputType = InputType.Text,
        Required = true,
        MaxLength = ChatName.MaxLength,
    };

    private static InteractionInput Text(string description, bool required) => new()
    {
        Name = "text",
        Label = "Text",
        Description = description,
        InputType = InputType.Text,
        Required = required,
        MaxLength = MessageText.MaxBytes,
    };

    private static InteractionInput Seconds() => new()
    {
        Name = "seconds",
        Label = "Seconds",
        Description = $"How long to wait for answers: above 0 to {SurveyResult.MaxSeconds}; empty: {SurveyResult.DefaultSeconds}. "
            + "It ends sooner when all have answered.",
        InputType = InputType.Number,
    };
}
