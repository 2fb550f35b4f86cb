using System.Text;
using AspireChat.Client.History;

namespace AspireChat.Client.Peers;

/// <summary>
/// Messages for one user that may leave on a stream while their own commit is under way: the disks of both sides then work at the
/// same time. Open only while there is a stream; all others leave from the outbox, after their commit.
/// </summary>
internal sealed class Departures
{
    /// <summary>How many messages may have left that are not committed, so at most as many can be unknown here after a crash.</summary>
    public const int Window = 1024;

    private readonly Lock _gate = new();
    private readonly Queue<OutboxMessage> _waiting = [];
    private bool _isOpen;
    private bool _isBarred;
    private int _uncommitted;

    /// <summary>Whether messages are taken: all since it was opened are here, or were taken from here.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_gate)
            {
                return _isOpen;
            }
        }
    }

    /// <summary>Takes messages from now on, unless a commit has failed and none has succeeded since.</summary>
    /// <returns>Whether it takes them.</returns>
    public bool TryOpen()
    {
        lock (_gate)
        {
            if (!_isBarred)
            {
                _isOpen = true;
                _uncommitted = 0;
                _waiting.Clear();
            }

            return _isOpen;
        }
    }

    /// <summary>
    /// Takes no more messages, because the commit of one failed: with a full disk, each further try would reach the receiver and not
    /// this history.
    /// </summary>
    public void Bar()
    {
        lock (_gate)
        {
            _isBarred = true;
            _isOpen = false;
            _waiting.Clear();
        }
    }

    /// <summary>Reports that a message was committed again.</summary>
    public void Unbar()
    {
        lock (_gate)
        {
            _isBarred = false;
        }
    }

    /// <summary>Takes no more messages, and forgets those that wait: the outbox has them, too.</summary>
    public void Close()
    {
        lock (_gate)
        {
            _isOpen = false;
            _waiting.Clear();
        }
    }

    /// <summary>Puts a message in that is stored but not committed. For the writer of the history, in ascending order of seq.</summary>
    /// <returns>Whether the stream must be told: there is a first one that waits, or no more are taken.</returns>
    public bool Put(OutboxMessage message)
    {
        lock (_gate)
        {
            if (!_isOpen)
            {
                return false;
            }

            if (_uncommitted == Window || _waiting.Count == Window)
            {
                // The stream is slower than the disk, or the commit is very large: from here on, the outbox is read.
                _isOpen = false;
                return true;
            }

            _uncommitted++;
            _waiting.Enqueue(message);
            return _waiting.Count == 1;
        }
    }

    /// <summary>Reports that all that was put in is committed. For the writer of the history.</summary>
    public void Committed()
    {
        lock (_gate)
        {
            _uncommitted = 0;
        }
    }

    /// <summary>Takes out the next messages: as many as fit into a batch.</summary>
    /// <param name="after">Drops those up to this seq, which were read from the outbox.</param>
    /// <param name="count">The maximum number of messages.</param>
    /// <param name="bytes">The maximum number of bytes of text; the first message is always included.</param>
    public IReadOnlyList<OutboxMessage> Take(long after, int count, int bytes)
    {
        lock (_gate)
        {
            while (_waiting.TryPeek(out var first) && first.Seq <= after)
            {
                _waiting.Dequeue();
            }

            var batch = new List<OutboxMessage>(Math.Min(count, _waiting.Count));
            while (batch.Count < count
                && _waiting.TryPeek(out var next)
                && ((bytes -= Encoding.UTF8.GetByteCount(next.Text)) >= 0 || batch.Count == 0))
            {
                batch.Add(_waiting.Dequeue());
            }

            return batch;
        }
    }
}
