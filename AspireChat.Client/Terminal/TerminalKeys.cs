using System.Threading.Channels;

namespace AspireChat.Client.Terminal;

/// <summary>Reads the keys that the user presses.</summary>
internal static class TerminalKeys
{
    /// <summary>Starts to read keys; the result completes when the terminal is gone.</summary>
    public static ChannelReader<ConsoleKeyInfo> Read()
    {
        // Unbounded, since it holds only what a user types or pastes.
        var keys = Channel.CreateUnbounded<ConsoleKeyInfo>(new UnboundedChannelOptions { SingleWriter = true });

        // Reading a key blocks and cannot be cancelled: a background thread does not keep the process alive.
        new Thread(() => Read(keys.Writer)) { IsBackground = true, Name = "terminal keys" }.Start();
        return keys.Reader;
    }

    private static void Read(ChannelWriter<ConsoleKeyInfo> keys)
    {
        try
        {
            // A closed terminal returns an empty key.
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
