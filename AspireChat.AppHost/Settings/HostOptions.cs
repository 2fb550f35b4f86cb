namespace AspireChat.AppHost.Settings;

/// <summary>
/// The options of the system, given on the command line (<see cref="HostCommandLine"/>) or in their own section of the
/// configuration, for example <c>AspireChat__Users=ann,ben</c> in the environment.
/// </summary>
internal sealed class HostOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "AspireChat";

    /// <summary>The users who get a client, in this order; alice, bob and carol if this is not set.</summary>
    public List<string>? Users { get; set; }

    /// <summary>The users whose clients wait to be started; dora and emil if this is not set.</summary>
    public List<string>? Guests { get; set; }

    /// <summary>Where Redis and RabbitMQ come from; null: containers if Docker or Podman runs, else programs of this machine.</summary>
    public Backend? Backend { get; set; }

    /// <summary>The folder for everything that outlasts a run; null: <see cref="DataFolder.DefaultPath"/>.</summary>
    public string? Data { get; set; }
}
