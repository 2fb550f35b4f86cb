using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using AspireChat.AppHost.Commands;
using AspireChat.Protos.LocalApi;
using AspireChat.Protos.Rules;

namespace AspireChat.AppHost.Clients;

/// <summary>The work of a client's commands; each answers with a sentence.</summary>
/// <param name="client">The client.</param>
internal sealed class ChatActions(ClientApi client)
{
    // How long a command waits for the outcome of a message; the client itself keeps trying.
    private static readonly TimeSpan OutcomeDeadline = TimeSpan.FromSeconds(5);

    private static readonly JsonSerializerOptions Indented = new(LocalApiJson.Options) { WriteIndented = true };

    /// <summary>Sends a private message and waits some seconds for its delivery.</summary>
    public Task<ExecuteCommandResult> SendAsync(string to, string text, CancellationToken cancellationToken) => TellAsync(async api =>
    {
        var user = Name(to, "a user's name");
        var (state, reason, elapsed) = await AwaitOutcomeAsync(
            api, () => api.SendToUserAsync(user, text, cancellationToken: cancellationToken), cancellationToken);
        return state switch
        {
            MessageState.Delivered or MessageState.Read => CommandAnswer.Success($"{user} has it after {elapsed}: {Word(state)}."),
            MessageState.Stored => CommandAnswer.Success(
                $"{user} is away. A sealed copy waits in {user}'s mailbox after {elapsed}: {Word(state)}."),
            MessageState.Failed => CommandResults.Failure($"It could not be delivered. {reason}"),
            MessageState.Sending when reason is not null => CommandAnswer.Success($"Not delivered yet: {reason}"),
            _ => CommandAnswer.Success($"Not delivered within {elapsed}. {client.User}'s client keeps trying, and will show the outcome."),
        };
    }, cancellationToken);

    /// <summary>Joins a group, sends a text to it, and waits some seconds for the broker's confirm.</summary>
    public Task<ExecuteCommandResult> SayAsync(string group, string text, CancellationToken cancellationToken) => TellAsync(async api =>
    {
        var name = Name(group, "a group's name");

        // A member in the room can send while RabbitMQ is away; joining needs RabbitMQ.
        var room = (await api.ListGroupsAsync(cancellationToken)).FirstOrDefault(each => each.Name == name && each.IsJoined)
            ?? await api.JoinGroupAsync(name, cancellationToken: cancellationToken);
        var (state, reason, elapsed) = await AwaitOutcomeAsync(
            api, () => api.SendToGroupAsync(name, text, cancellationToken: cancellationToken), cancellationToken);
        return state switch
        {
            MessageState.Confirmed or MessageState.Sent => CommandAnswer.Success(
                $"RabbitMQ has it after {elapsed}: {Word(state)}, in the {room.Mode} group {name} with {Members(room.Members)} present."),
            MessageState.Failed => CommandResults.Failure($"It could not be sent. {reason}"),
            _ => CommandAnswer.Success($"Not confirmed within {elapsed}: it stays on {client.User}'s disk and goes out as soon as RabbitMQ can be reached."),
        };
    }, cancellationToken);

    /// <summary>Asks all clients who they are.</summary>
    /// <param name="seconds">How long to wait for answers; null or empty: the client's default.</param>
    /// <param name="cancellationToken">Ends the survey.</param>
    public Task<ExecuteCommandResult> DiscoverAsync(string? seconds, CancellationToken cancellationToken) => TellAsync(async api =>
    {
        var watch = Stopwatch.StartNew();
        var survey = await api.DiscoverAsync(Seconds(seconds), cancellationToken);
        var users = survey.Users.Select(user => user.Name);
        var groups = survey.Groups.Select(group => $"{group.Name} ({group.Mode}, {Members(group.Members)})");
        return CommandResults.Success(
            $"Users: {List(users)}. Groups: {List(groups)}. {Spell(watch.Elapsed)}, {Word(survey.Ended)}.",
            JsonSerializer.Serialize(survey, Indented),
            CommandResultFormat.Json,
            displayImmediately: true);
    }, cancellationToken);

    /// <summary>Sends an insult, which reaches exactly one client.</summary>
    /// <param name="text">The insult; null or empty: a stock one.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    public Task<ExecuteCommandResult> InsultAsync(string? text, CancellationToken cancellationToken) => TellAsync(async api =>
    {
        await api.InsultAsync(string.IsNullOrWhiteSpace(text) ? null : text, cancellationToken);
        return CommandAnswer.Success("The insult is on its way; exactly one client gets it, and shows it under 'insult channel'.");
    }, cancellationToken);

    private async Task<(MessageState State, string? Reason, string Elapsed)> AwaitOutcomeAsync(
        LocalApiClient api, Func<Task<SentMessage>> send, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // The watch starts before the message exists, so that no change of its state is missed.
        await using var events = await api.WatchAsync(deadline.Token);
        var watch = Stopwatch.StartNew();
        var sent = await send();
        deadline.CancelAfter(OutcomeDeadline);
        try
        {
            await foreach (var happened in events.ReadAllAsync(deadline.Token))
            {
                // Ids are unique per sender only.
                if (happened.Data is StateChange change && change.Id == sent.Id && change.From == client.User)
                {
                    return (change.State, change.Reason, Spell(watch.Elapsed));
                }
            }

            throw new ClientRefusalException($"{client.User}'s client ended before it reported the outcome of the message.");
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // There is no outcome yet.
        }

        return (sent.State, null, Spell(watch.Elapsed));
    }

    private async Task<ExecuteCommandResult> TellAsync(
        Func<LocalApiClient, Task<ExecuteCommandResult>> act, CancellationToken cancellationToken)
    {
        try
        {
            return await act(await client.ConnectAsync(cancellationToken));
        }
        catch (Exception e) when (e is LocalApiException or ClientRefusalException)
        {
            return CommandResults.Failure(e.Message);
        }
        catch (TimeoutException e)
        {
            return CommandResults.Failure($"{client.User}'s client gave {e.Message}.");
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return CommandResults.Failure($"{client.User}'s client does not answer; is it running?");
        }
    }

    private static string Name(string text, string what) => ChatName.TryParse(text, out var name)
        ? name
        : throw new ClientRefusalException($"'{Printable.Text(text)}' cannot be {what}. {ChatName.Rule}");

    private static double? Seconds(string? text) =>
        string.IsNullOrWhiteSpace(text) ? null
        : double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) ? seconds
        : throw new ClientRefusalException(
            $"'{Printable.Text(text)}' is not a number of seconds above 0 and at most {SurveyResult.MaxSeconds}.");

    private static string Members(int? count) => count switch
    {
        null => "an unknown number of members",
        1 => "1 member",
        _ => string.Create(CultureInfo.InvariantCulture, $"{count} members"),
    };

    private static string Word<T>(T value)
        where T : struct, Enum => LocalApiJson.Word(value);

    private static string List(IEnumerable<string> names) => string.Join(", ", names) is { Length: > 0 } list ? list : "none";

    private static string Spell(TimeSpan time) => time < TimeSpan.FromSeconds(1)
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalMilliseconds:0} ms")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalSeconds:0.0} s");
}
