using AspireChat.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Xunit;

namespace AspireChat.Tests.Functional.Mailbox;

/// <summary>What the tests of mailboxes do and look at.</summary>
internal static class MailboxTestExtensions
{
    // A client finds out every five seconds who came back, and a killed one counts as online for fifteen.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Sends a text to somebody who is there, and waits for the receipt.</summary>
    public static async Task SayAsync(this ITestClient client, string to, string text)
    {
        var sent = await client.Api.SendAsync(to, text);
        await Until.Equal(
            $"'{text}' is delivered",
            MessageState.Delivered,
            async () => (await client.Api.MessagesAsync(to)).Single(message => message.Id == sent.Id).State);
    }

    /// <summary>The next change of a message's state.</summary>
    public static Task<StateChange> NextStateAsync(this EventWatcher events, Guid id) =>
        events.NextAsync<StateChange>("the message's next state", change => change.Id == id, Patience);

    /// <summary>The states of a chat's messages, oldest first.</summary>
    public static async Task<IEnumerable<MessageState>> StatesAsync(this ITestClient client, string with) =>
        (await client.Api.MessagesAsync(with)).Select(message => message.State);

    /// <summary>Waits for the states of a chat's messages.</summary>
    public static Task UntilStatesAsync(this ITestClient client, string with, params IEnumerable<MessageState> states) =>
        Until.Sequence($"the states of {client.Name}'s messages to {with}", states, () => client.StatesAsync(with), Patience);

    /// <summary>Waits until something is true of all messages of a chat.</summary>
    public static Task UntilTrueAsync(
        this ITestClient client, string with, string what, Func<Message, bool> isTrue, int? count = null) => Until.True(
        what,
        async () => await client.Api.MessagesAsync(with) is var all && (count is null || all.Count == count) && all.All(isTrue),
        Patience);

    /// <summary>Waits for texts of another user, and checks that a later look shows exactly the same.</summary>
    public static async Task HasOnceAsync(this ITestClient client, string from, params IEnumerable<string> texts)
    {
        var expected = texts.ToList();
        await Until.True(
            $"{client.Name} has {expected.Count} messages of {from}", async () => (await TextsAsync()).Count >= expected.Count, Patience);
        Assert.Equal(expected, await TextsAsync());

        async Task<List<string>> TextsAsync() =>
            [.. (await client.Api.WholeChatAsync(from)).Where(message => message.From == from).Select(message => message.Text)];
    }

    /// <summary>Asks a client's history for one value.</summary>
    public static object? QuerySql(this ITestClient client, string sql) => client.QueryAll<object?>(sql).FirstOrDefault();

    /// <summary>Asks a client's history for the first column of all rows.</summary>
    public static List<string> QueryAll(this ITestClient client, string sql) => client.QueryAll<string>(sql);

    private static List<T> QueryAll<T>(this ITestClient client, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={Path.Combine(client.DataDirectory, "chat.db")};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        using var reader = command.ExecuteReader();
        var values = new List<T>();
        while (reader.Read())
        {
            values.Add((T)reader.GetValue(0));
        }

        return values;
    }
}
