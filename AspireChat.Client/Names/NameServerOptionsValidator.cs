using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Names;

/// <summary>Checks <see cref="NameServerOptions"/> and the connection string at start.</summary>
public sealed class NameServerOptionsValidator(IConfiguration configuration) : IValidateOptions<NameServerOptions>
{
    private const string ConnectionStringPath = $"ConnectionStrings:{NamesExtensions.ConnectionName}";

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, NameServerOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        CheckConnectionString(faults);
        CheckRange(faults, nameof(options.Lease), options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        CheckRange(faults, nameof(options.RenewEvery), options.RenewEvery, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
        CheckRange(faults, nameof(options.CallTimeout), options.CallTimeout, TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(30));
        CheckRange(faults, nameof(options.StartPatience), options.StartPatience, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        CheckRange(faults, nameof(options.ClaimFor), options.ClaimFor, TimeSpan.FromSeconds(1), TimeSpan.FromDays(3650));

        if (options.RenewEvery >= options.Lease / 2)
        {
            faults.AddError(
                $"{Path(nameof(options.RenewEvery))} is {options.RenewEvery}; it must be less than half of "
                + $"{Path(nameof(options.Lease))} ({options.Lease}).");
        }

        if (options.ClaimFor < options.Lease)
        {
            faults.AddError(
                $"{Path(nameof(options.ClaimFor))} is {options.ClaimFor}; it must not be shorter than "
                + $"{Path(nameof(options.Lease))} ({options.Lease}).");
        }

        return faults.Build();
    }

    private static void CheckRange(
        ValidateOptionsResultBuilder faults, string setting, TimeSpan value, TimeSpan least, TimeSpan most)
    {
        if (value < least || value > most)
        {
            faults.AddError($"{Path(setting)} is {value}; allowed is {least} to {most}.");
        }
    }

    private static string Path(string setting) => $"{NameServerOptions.Section}:{setting}";

    // The connection is made later and in the background; by then nobody could be told.
    private void CheckConnectionString(ValidateOptionsResultBuilder faults)
    {
        var text = configuration.GetConnectionString(NamesExtensions.ConnectionName);
        if (string.IsNullOrWhiteSpace(text))
        {
            faults.AddError($"{ConnectionStringPath} is not set; it says where the name server is, for example localhost:6379.");
            return;
        }

        try
        {
            if (ConfigurationOptions.Parse(text).EndPoints.Count == 0)
            {
                faults.AddError($"{ConnectionStringPath} names no server; an example is localhost:6379.");
            }
        }
        catch (Exception e) when (e is ArgumentException or FormatException or OverflowException)
        {
            // Not the value itself, nor the exception's text: they may hold a password.
            faults.AddError($"{ConnectionStringPath} is not a Redis connection string; an example is localhost:6379,password=secret.");
        }
    }
}
