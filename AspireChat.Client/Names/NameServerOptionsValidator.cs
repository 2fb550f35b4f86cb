using Microsoft.Extensions.Options;

namespace AspireChat.Client.Names;

/// <summary>Checks <see cref="NameServerOptions"/> at start.</summary>
public sealed class NameServerOptionsValidator : IValidateOptions<NameServerOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, NameServerOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        CheckRange(faults, nameof(options.Lease), options.Lease, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(5));
        CheckRange(faults, nameof(options.RenewEvery), options.RenewEvery, TimeSpan.FromMilliseconds(100), TimeSpan.FromMinutes(5));
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
}
