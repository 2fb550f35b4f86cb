using System.Diagnostics;
using AspireChat.Bench.Load;

namespace AspireChat.Bench.Compare;

/// <summary>What the members of one group in this process were shown: each text by its number.</summary>
/// <param name="members">How many members there are in this process.</param>
internal sealed class Tally(int members)
{
    private readonly Lock _use = new();
    private readonly List<byte[]> _shown = []; // By number, then by member: how often.
    private readonly List<long> _fullAt = []; // By number: when the last member had it; 0 before.
    private readonly List<int> _having = []; // By number: how many members have it.
    private Latencies _latencies = new();
    private long _arrived;
    private long _doubled;
    private long _lastAt;

    /// <summary>Counts a text that a member was shown.</summary>
    public void Note(int member, string text)
    {
        var age = Stamp.Age(text);
        var number = Stamp.Number(text);
        lock (_use)
        {
            while (_shown.Count <= number)
            {
                _shown.Add(new byte[members]);
                _fullAt.Add(0);
                _having.Add(0);
            }

            _arrived++;
            _lastAt = Stopwatch.GetTimestamp();
            if (_shown[number][member]++ > 0)
            {
                _doubled++;
                return;
            }

            _latencies.Add(age);
            if (++_having[number] == members)
            {
                _fullAt[number] = _lastAt;
            }
        }
    }

    /// <summary>Times count from now on.</summary>
    public void ForgetLatencies()
    {
        lock (_use)
        {
            _latencies = new Latencies();
        }
    }

    /// <summary>The figures so far.</summary>
    public Counted Read()
    {
        lock (_use)
        {
            return new Counted(_arrived, _doubled, _lastAt, new Dictionary<int, int>(_latencies.Buckets));
        }
    }

    /// <summary>When each text reached the last member here, from a number on; 0: not yet.</summary>
    public long[] Reached(int from)
    {
        lock (_use)
        {
            return [.. _fullAt.Skip(from)];
        }
    }

    /// <summary>Compares with what the members should have been shown.</summary>
    /// <param name="names">The members' names.</param>
    /// <param name="due">What the sender's client accepted.</param>
    public Difference Compare(string[] names, Due due)
    {
        lock (_use)
        {
            var difference = new Difference();
            foreach (var number in due.Numbers())
            {
                for (var member = 0; member < members && (number >= _having.Count || _having[number] < members || _doubled > 0); member++)
                {
                    difference.Note(names[member], number, number < _shown.Count ? _shown[number][member] : 0);
                }
            }

            return difference;
        }
    }
}

/// <summary>What was counted in a group.</summary>
/// <param name="Arrived">Texts that were shown, over all members.</param>
/// <param name="Doubled">Those of them that a member had been shown before.</param>
/// <param name="LastAt">When the last one came, in ticks of <see cref="Stopwatch"/>.</param>
/// <param name="Times">How long they took since the last <see cref="Tally.ForgetLatencies"/>, for <see cref="Latencies"/>.</param>
internal sealed record Counted(long Arrived, long Doubled, long LastAt, Dictionary<int, int> Times);
