using AspireChat.Protos.Rules;
using Microsoft.Extensions.Options;

namespace AspireChat.AppHost.Settings;

/// <summary>The rules for <see cref="HostOptions"/>: at least one user, names as in <see cref="ChatName"/>, and each name once.</summary>
internal sealed class HostOptionsValidator : IValidateOptions<HostOptions>
{
    /// <inheritdoc/>
    public ValidateOptionsResult Validate(string? name, HostOptions options)
    {
        string[] failures =
        [
            .. options.Users is [] ? ["--users needs at least one name, as in --users ann ben."] : Array.Empty<string>(),
            .. CheckNames(options.Users ?? [], "user"),
            .. CheckNames(options.Guests ?? [], "guest"),
        ];
        return failures is [] ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private static IEnumerable<string> CheckNames(List<string> candidates, string role)
    {
        HashSet<string> known = [];
        foreach (var candidate in candidates)
        {
            if (!ChatName.TryParse(candidate, out var name))
            {
                yield return $"'{Printable.Text(candidate)}' cannot be a {role}'s name. {ChatName.Rule}";
            }
            else if (!known.Add(name))
            {
                yield return $"The {role} {name} is named twice, but every client needs its own name.";
            }
        }
    }
}
