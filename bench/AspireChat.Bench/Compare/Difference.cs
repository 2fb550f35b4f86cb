namespace AspireChat.Bench.Compare;

/// <summary>The texts that every member of a group is to have: those that the sender's client accepted.</summary>
/// <param name="From">The first number.</param>
/// <param name="To">The number after the last one.</param>
/// <param name="Refused">The numbers in between that the sender's client refused.</param>
internal sealed record Due(int From, int To, int[] Refused)
{
    /// <summary>How many texts that are.</summary>
    public int Count => To - From - Refused.Length;

    /// <summary>Their numbers.</summary>
    public IEnumerable<int> Numbers() =>
        Refused is [] ? Enumerable.Range(From, To - From) : Enumerable.Range(From, To - From).Except(Refused);
}

/// <summary>How what members have differs from what they should have.</summary>
internal sealed record Difference
{
    private const int ExamplesKept = 5;

    /// <summary>Texts that a member does not have, over all members.</summary>
    public int Lost { get; set; }

    /// <summary>Texts that a member has twice or more, over all members.</summary>
    public int Doubled { get; set; }

    /// <summary>The first few, as words.</summary>
    public List<string> Examples { get; init; } = [];

    /// <summary>Counts one text of one member.</summary>
    /// <param name="member">The member's name.</param>
    /// <param name="number">The text's number.</param>
    /// <param name="times">How often the member has it.</param>
    public void Note(string member, int number, int times)
    {
        if (times != 1)
        {
            (Lost, Doubled) = times == 0 ? (Lost + 1, Doubled) : (Lost, Doubled + 1);
            if (Examples.Count < ExamplesKept)
            {
                Examples.Add(times == 0 ? $"{member} lacks {number}" : $"{member} has {number} {times} times");
            }
        }
    }

    /// <summary>Of several processes together.</summary>
    public static Difference Sum(IEnumerable<Difference> parts)
    {
        var sum = new Difference();
        foreach (var part in parts)
        {
            sum.Lost += part.Lost;
            sum.Doubled += part.Doubled;
            sum.Examples.AddRange(part.Examples.Take(ExamplesKept - sum.Examples.Count));
        }

        return sum;
    }

    public override string ToString() =>
        $"{Lost:N0} lost, {Doubled:N0} doubled{(Examples is [] ? "" : $" ({string.Join(", ", Examples)} …)")}";
}
