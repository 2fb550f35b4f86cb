using System.Threading.Channels;

namespace AspireChat.Client.Terminal;

/// <summary>The keys that are pressed.</summary>
internal static class TerminalKeys
{
    /// <summary>Starts reading keys; the result completes when the terminal is gone.</summary>
    public static ChannelReader<ConsoleKeyInfo> Read()
    {
        // Unbounded, since a person types or pastes it.
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>(new UnboundedChannelOptions { SingleWriter = true });

        // Reading a key blocks and cannot be cancelled: a background thread does not keep the process alive.
        new Thread(() => Read(keys.Writer)) { IsBackground = true, Name = "terminal keys" }.Start();
        return keys.Reader;
    }

    private static void Read(ChannelWriter<ConsoleKeyInfo> keys)
    {
        try
        {
            // A key that is none at all is what a terminal that was closed reads as.
            while (Console.ReadKey(intercept: true) is var key && key != default)
            {
                keys.TryWrite(key);
            }
        }
        catch (Exception e) when (e is InvalidOperationException or IOException)
        {
            // The terminal is gone.
        }

        keys.TryComplete();
    }
}
