using AspireChat.Client.Chat;
using Xunit;

namespace AspireChat.Tests.Unit.Chat;

public class MessageStatesTests
{
    // Histories on disk have these numbers, so they stay. A new state gets a number that was never used.
    [Theory]
    [InlineData(0, "sending")]
    [InlineData(1, "stored")]
    [InlineData(2, "delivered")]
    [InlineData(3, "read")]
    [InlineData(4, "confirmed")]
    [InlineData(5, "sent")]
    [InlineData(6, "failed")]
    [InlineData(7, "held")]
    public void A_number_on_disk_keeps_its_meaning(int number, string word) =>
        Assert.Equal(word, LocalApiJson.Word((MessageState)number));

    [Fact]
    public async Task The_protocol_has_the_same_states_numbers_and_steps()
    {
        var known =
            from state in Enum.GetValues<MessageState>()
            let then = MessageStates.After(state).Select(LocalApiJson.Word).Order(StringComparer.Ordinal)
            select $"{LocalApiJson.Word(state)} {(int)state}: {string.Join(' ', then)}";

        Assert.Equal(known, await ReadProtocolAsync());
    }

    [Fact]
    public void No_step_leads_back_to_an_earlier_state()
    {
        foreach (var state in Enum.GetValues<MessageState>())
        {
            Assert.DoesNotContain(state, Later(state));
        }
    }

    // All states that can follow this one, after any number of steps.
    private static HashSet<MessageState> Later(MessageState state)
    {
        var later = new HashSet<MessageState>();
        var next = new Queue<MessageState>(MessageStates.After(state));
        while (next.TryDequeue(out var each))
        {
            if (later.Add(each))
            {
                MessageStates.After(each).ToList().ForEach(next.Enqueue);
            }
        }

        return later;
    }

    // The rows of the table that begins with | state | number | means | then |.
    private static async Task<IEnumerable<string>> ReadProtocolAsync()
    {
        var text = await File.ReadAllTextAsync(
            Path.Combine(AppContext.BaseDirectory, "docs", "protocol.md"), TestContext.Current.CancellationToken);
        var rows = text.Split("\n| state | number | means | then |\n")[1].Split("\n\n")[0].Split('\n').Skip(1);
        return
            from row in rows
            let cells = row.Split('|', StringSplitOptions.TrimEntries)
            let then = cells[4].Split(',', StringSplitOptions.TrimEntries).Select(word => word.Trim('`')).Order(StringComparer.Ordinal)
            select $"{cells[1].Trim('`')} {cells[2]}: {string.Join(' ', then)}";
    }
}
