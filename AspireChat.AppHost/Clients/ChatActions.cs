using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using AspireChat.AppHost.Commands;
using AspireChat.Client.Chat;

namespace AspireChat.AppHost.Clients;

/// <summary>What the commands of a client do, and the sentence that each answers with.</summary>
/// <param name="api">The client.</param>
internal sealed class ChatActions(ClientApi api)
{
    // How long a command waits for what becomes of a message; the client itself goes on.
    private static readonly TimeSpan OutcomeDeadline = TimeSpan.FromSeconds(5);

    /// <summary>Sends a private message and waits some seconds for its delivery.</summary>
    public Task<ExecuteCommandResult> SendAsync(string to, string text, CancellationToken cancellationToken) => TellAsync(async () =>
    {
        var user = Name(to, "a user's name");
        var chat = $"chats/{user}";
        if (!await IsOpenAsync(user, cancellationToken))
        {
            await api.PostAsync(chat, body: null, cancellationToken);
        }

        var (state, reason, elapsed) = await SendAndWaitAsync(chat, text, cancellationToken);
        return state switch
        {
            "delivered" or "read" => CommandAnswer.Success($"{user} has it after {elapsed}: {state}."),
            "failed" => CommandResults.Failure($"It could not be delivered. {reason}"),
            _ => CommandAnswer.Success($"Not delivered within {elapsed}. {api.User}'s client keeps trying, and shows what becomes of it."),
        };
    });

    /// <summary>Says something in a group, after joining it, and waits some seconds for the broker's confirm.</summary>
    public Task<ExecuteCommandResult> SayAsync(string group, string text, CancellationToken cancellationToken) => TellAsync(async () =>
    {
        var room = $"groups/{Name(group, "a group's name")}";
        var joined = await FindJoinedAsync(room, cancellationToken) ?? await api.PostAsync(room, body: null, cancellationToken);
        var (state, reason, elapsed) = await SendAndWaitAsync(room, text, cancellationToken);
        return state switch
        {
            "confirmed" or "sent" => CommandAnswer.Success(
                $"RabbitMQ has it after {elapsed}: {state}, in the {joined["mode"]} group {joined["name"]} with {Members(joined)} present."),
            "failed" => CommandResults.Failure($"It could not be sent. {reason}"),
            _ => CommandAnswer.Success($"Not confirmed within {elapsed}: it stays on {api.User}'s disk and goes out as soon as RabbitMQ can be reached."),
        };
    });

    /// <summary>Asks everybody who they are.</summary>
    /// <param name="seconds">How long to wait for answers; null or empty: the client's default.</param>
    /// <param name="cancellationToken">Ends the survey.</param>
    public Task<ExecuteCommandResult> DiscoverAsync(string? seconds, CancellationToken cancellationToken) => TellAsync(async () =>
    {
        var query = string.IsNullOrWhiteSpace(seconds) ? "" : $"?seconds={Uri.EscapeDataString(seconds)}";
        var watch = Stopwatch.StartNew();
        var survey = await api.PostAsync($"discover{query}", body: null, cancellationToken);
        var users = survey["users"]!.AsArray().Select(user => $"{user!["name"]}").ToArray();
        var groups = survey["groups"]!.AsArray().Select(group => $"{group!["name"]} ({group["mode"]}, {Members(group)})").ToArray();
        return CommandResults.Success(
            $"Users: {List(users)}. Groups: {List(groups)}. {Spell(watch.Elapsed)}, {survey["ended"]}.",
            survey.ToJsonString(new JsonSerializerOptions { WriteIndented = true }),
            CommandResultFormat.Json,
            displayImmediately: true);
    });

    /// <summary>Sends an insult, which reaches exactly one client.</summary>
    /// <param name="text">The insult; null or empty: a stock one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ExecuteCommandResult> InsultAsync(string? text, CancellationToken cancellationToken) => TellAsync(async () =>
    {
        var body = string.IsNullOrWhiteSpace(text) ? null : new JsonObject { ["text"] = text };
        await api.PostAsync("insults", body, cancellationToken);
        return CommandAnswer.Success("The insult is on its way; exactly one client gets it, and shows it under 'insult channel'.");
    });

    // In an open chat a message may wait for somebody who is away; opening one takes both.
    private async Task<bool> IsOpenAsync(string user, CancellationToken cancellationToken) =>
        (await api.GetAsync("chats", cancellationToken))["items"]!.AsArray().Any(chat =>
            chat!["user"]!.GetValue<string>() == user && chat["state"]!.GetValue<string>() == "open");

    // Who is in the room already can speak while RabbitMQ is away; joining takes it.
    private async Task<JsonNode?> FindJoinedAsync(string room, CancellationToken cancellationToken) =>
        (await api.GetAsync("groups", cancellationToken))["items"]!.AsArray().FirstOrDefault(group =>
            $"groups/{group!["name"]}" == room && group["joined"]!.GetValue<bool>());

    private async Task<(string State, string? Reason, string Elapsed)> SendAndWaitAsync(
        string conversation, string text, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Watched from before the message exists, so that no change of its state is missed.
        await using var events = await api.WatchAsync(deadline.Token);
        var watch = Stopwatch.StartNew();
        var sent = await api.PostAsync($"{conversation}/messages", new JsonObject { ["text"] = text }, cancellationToken);
        var id = sent["id"]!.GetValue<string>();
        deadline.CancelAfter(OutcomeDeadline);
        try
        {
            await foreach (var (name, data) in events.ReadAllAsync(deadline.Token))
            {
                // Ids are unique per sender only.
                if (name == "state" && data["id"]!.GetValue<string>() == id && data["from"]!.GetValue<string>() == api.User)
                {
                    return (data["state"]!.GetValue<string>(), data["reason"]?.GetValue<string>(), Spell(watch.Elapsed));
                }
            }

            throw new ClientRefusalException($"{api.User}'s client ended before it said what became of the message.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Not yet, then.
        }

        return (sent["state"]!.GetValue<string>(), null, Spell(watch.Elapsed));
    }

    private static async Task<ExecuteCommandResult> TellAsync(Func<Task<ExecuteCommandResult>> act)
    {
        try
        {
            return await act();
        }
        catch (ClientRefusalException e)
        {
            return CommandResults.Failure(e.Message);
        }
    }

    private static string Name(string text, string what) => ChatName.TryParse(text, out var name)
        ? name
        : throw new ClientRefusalException($"'{Printable.Text(text)}' cannot be {what}. {ChatName.Rule}");

    private static string Members(JsonNode group) => group["members"]?.GetValue<int>() switch
    {
        null => "an unknown number of members",
        1 => "1 member",
        var count => string.Create(CultureInfo.InvariantCulture, $"{count} members"),
    };

    private static string List(string[] names) => names is [] ? "none" : string.Join(", ", names);

    private static string Spell(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
