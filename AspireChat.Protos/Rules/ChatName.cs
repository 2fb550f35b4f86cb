using System.Diagnostics.CodeAnalysis;

namespace AspireChat.Protos.Rules;

/// <summary>
/// The rule for user and group names: 1 to 32 of <c>a-z 0-9 _ -</c>, starting with a letter or digit, compared in lower
/// case. Names become parts of Redis keys and RabbitMQ queue names, so everything else is refused here, before it gets
/// there.
/// </summary>
public static class ChatName
{
    /// <summary>The longest name, in characters.</summary>
    public const int MaxLength = 32;

    /// <summary>The rule as a sentence for users.</summary>
    public const string Rule =
        "A name is 1 to 32 of the letters a-z, digits, '_' and '-', and starts with a letter or a digit.";

    /// <summary>Lower-cases a name and checks it.</summary>
    /// <param name="text">A text that a user typed or a client sent; may be null.</param>
    /// <param name="name">The name in the form in which it is stored and compared.</param>
    /// <returns>False if the text is not a name.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (text is null || text.Length is 0 or > MaxLength)
        {
            return false;
        }

        if (!char.IsAsciiLetterOrDigit(text[0]))
        {
            return false;
        }

        // Before the case is changed: the lower case of the Kelvin sign is an ASCII k.
        foreach (var c in text)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-'))
            {
                return false;
            }
        }

        name = text.ToLowerInvariant();
        return true;
    }

    /// <summary>Lower-cases a name and checks it.</summary>
    /// <exception cref="ChatException">The text is not a name (<see cref="ChatFault.InvalidName"/>).</exception>
    public static string Parse(string? text) =>
        TryParse(text, out var name) ? name : throw new ChatException(ChatFault.InvalidName, Rule);
}
