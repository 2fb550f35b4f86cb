namespace AspireChat.Tests.Infrastructure;

/// <summary>A client as its user meets it, be it a program of its own or inside the tests' process.</summary>
public interface ITestClient
{
    /// <summary>The user name.</summary>
    string Name { get; }

    /// <summary>The address of its page and API; the same after a restart.</summary>
    Uri BaseAddress { get; }

    /// <summary>The directory of its key and history.</summary>
    string DataDirectory { get; }

    /// <summary>Its API.</summary>
    ChatApi Api { get; }
}
