using System.Text;

namespace AspireChat.Client.Chat;

/// <summary>The limits of a message's text, the same wherever it comes from.</summary>
public static class MessageText
{
    /// <summary>The longest text, in bytes of UTF-8: 16 KiB.</summary>
    public const int MaxBytes = 16 * 1024;

    // Throws on lone surrogates instead of replacing them.
    private static readonly UTF8Encoding Strict = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>Says what is wrong with a text, or null if it can be sent.</summary>
    public static ChatException? Check(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return new ChatException(ChatFault.InvalidText, "A message needs a text of at least one character.");
        }

        int bytes;
        try
        {
            bytes = Strict.GetByteCount(text);
        }
        catch (EncoderFallbackException)
        {
            return new ChatException(ChatFault.InvalidText, "The text is not well-formed Unicode (it has a lone surrogate).");
        }

        return bytes > MaxBytes
            ? new ChatException(ChatFault.TextTooLong, $"The text has {bytes:N0} bytes of UTF-8; at most {MaxBytes:N0} are allowed.")
            : null;
    }
}
