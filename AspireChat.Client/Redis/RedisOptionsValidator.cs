using Microsoft.Extensions.Options;
using StackExchange.Redis;

namespace AspireChat.Client.Redis;

/// <summary>Checks <see cref="RedisOptions"/> and the connection string at start.</summary>
public sealed class RedisOptionsValidator(IConfiguration configuration) : IValidateOptions<RedisOptions>
{
    private const string ConnectionStringPath = $"ConnectionStrings:{RedisExtensions.ConnectionName}";

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(30);

    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, RedisOptions options)
    {
        var faults = new ValidateOptionsResultBuilder();
        CheckConnectionString(faults);
        if (options.CallTimeout < Shortest || options.CallTimeout > Longest)
        {
            faults.AddError(
                $"{RedisOptions.Section}:{nameof(options.CallTimeout)} is {options.CallTimeout}; allowed is {Shortest} to {Longest}.");
        }

        return faults.Build();
    }

    // The connection is opened later, in the background, where an error could no longer be shown to the user.
    private void CheckConnectionString(ValidateOptionsResultBuilder faults)
    {
        var text = configuration.GetConnectionString(RedisExtensions.ConnectionName);
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
            // The message has neither the value nor the exception's text: they may hold a password.
            faults.AddError($"{ConnectionStringPath} is not a Redis connection string; an example is localhost:6379,password=secret.");
        }
    }
}
