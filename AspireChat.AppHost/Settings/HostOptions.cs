namespace AspireChat.AppHost.Settings;

/// <summary>
/// What can be chosen about the system: on the command line (<see cref="HostCommandLine"/>), or in the configuration
/// in a section of its own, for example <c>AspireChat__Users=ann,ben</c> in the environment.
/// </summary>
internal sealed class HostOptions
{
    /// <summary>The section of the configuration.</summary>
    public const string Section = "AspireChat";

    /// <summary>Who gets a client, in this order; alice, bob and carol if nobody is named.</summary>
    public List<string>? Users { get; set; }

    /// <summary>Whose clients wait until somebody starts them; dora and emil if this is not set.</summary>
    public List<string>? Guests { get; set; }

    /// <summary>Where Redis and RabbitMQ come from; null: containers if Docker or Podman runs, else programs of this machine.</summary>
    public Backend? Backend { get; set; }

    /// <summary>The folder for everything that outlasts a run; null: <see cref="DataFolder.DefaultPath"/>.</summary>
    public string? Data { get; set; }
}
