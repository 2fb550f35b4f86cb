namespace AspireChat.Client.Names;

/// <summary>How an attempt to register a name ended.</summary>
public enum RegistrationOutcome
{
    /// <summary>The name is registered with this lease.</summary>
    Registered,

    /// <summary>The name belongs to another key; nothing was changed.</summary>
    NameTaken,

    /// <summary>A newer process with the same key is registered; nothing was changed.</summary>
    Superseded,
}

/// <summary>The answer to an attempt to register a name.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Epoch">The epoch of this client's registration, or of the newer process's; 0 if the name is taken.</param>
public readonly record struct Registration(RegistrationOutcome Outcome, long Epoch);
