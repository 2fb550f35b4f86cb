namespace AspireChat.Protos.Rules;

/// <summary>The kinds of refusal of a <see cref="ChatException"/>; front ends map them to their own codes.</summary>
public enum ChatFault
{
    /// <summary>A user or group name breaks <see cref="ChatName.Rule"/>.</summary>
    InvalidName,

    /// <summary>A text is empty or not Unicode.</summary>
    InvalidText,

    /// <summary>A text is longer than <see cref="MessageText.MaxBytes"/>.</summary>
    TextTooLong,

    /// <summary>An argument other than a name or a text is out of its range.</summary>
    InvalidArgument,

    /// <summary>No user has claimed that name, or there is no such chat, group or message.</summary>
    NotFound,

    /// <summary>The other user declined.</summary>
    Declined,

    /// <summary>The call contradicts the present state, for example a group that exists with another mode.</summary>
    Conflict,

    /// <summary>The other user is away or did not answer in time.</summary>
    NoAnswer,

    /// <summary>The other side's key is not the known one for that name.</summary>
    KeyMismatch,

    /// <summary>Redis or RabbitMQ is away and the call needs it.</summary>
    Unavailable,
}

/// <summary>A refusal whose <see cref="Exception.Message"/> is a sentence meant for the user.</summary>
public sealed class ChatException : Exception
{
    /// <summary>Creates a refusal.</summary>
    /// <param name="fault">The kind of refusal.</param>
    /// <param name="sentence">What was wrong and what is allowed, without internals.</param>
    /// <param name="inner">The cause, for the log.</param>
    public ChatException(ChatFault fault, string sentence, Exception? inner = null)
        : base(sentence, inner) => Fault = fault;

    /// <summary>The kind of refusal.</summary>
    public ChatFault Fault { get; }
}
