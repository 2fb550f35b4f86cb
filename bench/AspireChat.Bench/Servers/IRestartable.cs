namespace AspireChat.Bench.Servers;

/// <summary>A server that can be killed and started again on the same data, under the same address.</summary>
internal interface IRestartable
{
    /// <summary>Its name for people.</summary>
    string Name { get; }

    /// <summary>The id of the process that does the work; another one after each start.</summary>
    int ProcessId { get; }

    /// <summary>The folder with all that it keeps.</summary>
    string DataFolder { get; }

    /// <summary>Kills it and all that it has started (-9), and waits until it is gone.</summary>
    Task KillAsync();

    /// <summary>Starts it again and waits until it answers.</summary>
    Task RestartAsync();
}
