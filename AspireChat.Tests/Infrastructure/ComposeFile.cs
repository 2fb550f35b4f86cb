using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace AspireChat.Tests.Infrastructure;

/// <summary>The deployment, <c>deploy/compose.yaml</c>, read as Compose reads it: with its anchors resolved.</summary>
public sealed partial class ComposeFile
{
    private const string ClientImage = "aspirechat-client";

    private ComposeFile(YamlMappingNode root) => Root = root;

    /// <summary>The whole file.</summary>
    public YamlMappingNode Root { get; }

    /// <summary>The names of all services, in alphabetical order.</summary>
    public IEnumerable<string> Services => Keys(Root["services"]).Order(StringComparer.Ordinal);

    /// <summary>The names of the services that are clients, in alphabetical order.</summary>
    public IEnumerable<string> Clients => Services.Where(service => Text(this[service]["image"]) == ClientImage);

    /// <summary>A service.</summary>
    public YamlMappingNode this[string service] => (YamlMappingNode)Root["services"][service];

    /// <summary>Reads the file.</summary>
    public static ComposeFile Read()
    {
        var yaml = new YamlStream();
        yaml.Load(new MergingParser(new Parser(new StringReader(ReadBeside("compose.yaml")))));
        return new ComposeFile((YamlMappingNode)yaml.Documents.Single().RootNode);
    }

    /// <summary>The text of one of the files in <c>deploy/</c>.</summary>
    public static string ReadBeside(string file) => File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "deploy", file));

    /// <summary>The environment of a service's containers, with unresolved variables.</summary>
    public IReadOnlyDictionary<string, string> EnvironmentOf(string service) => this[service].Children.TryGetValue("environment", out var environment)
        ? ((YamlMappingNode)environment).ToDictionary(pair => Text(pair.Key), pair => Text(pair.Value))
        : [];

    /// <summary>The command of a service's health check.</summary>
    public IReadOnlyList<string> HealthCheckOf(string service) => Items(this[service]["healthcheck"]["test"]).ToList() switch
    {
        ["CMD", .. var command] => command,
        ["CMD-SHELL", var line] => ["/bin/sh", "-c", line.Replace("$$", "$", StringComparison.Ordinal)],
        var other => throw new InvalidOperationException($"Compose knows no such health check: {string.Join(' ', other)}"),
    };

    /// <summary>Every <c>${NAME:?sentence}</c> in a text.</summary>
    public static IEnumerable<string> VariablesIn(string text) => Variable().Matches(text).Select(match => match.Groups["name"].Value);

    /// <summary>Replaces the variables in a text with the values that <c>.env</c> would have.</summary>
    public static string Interpolate(string text, IReadOnlyDictionary<string, string> values) =>
        Variable().Replace(text, match => values[match.Groups["name"].Value]).Replace("$$", "$", StringComparison.Ordinal);

    /// <summary>The text of a scalar.</summary>
    public static string Text(YamlNode node) => ((YamlScalarNode)node).Value ?? "";

    /// <summary>The texts of a list.</summary>
    public static IEnumerable<string> Items(YamlNode node) => ((YamlSequenceNode)node).Select(Text);

    /// <summary>The keys of a mapping.</summary>
    public static IEnumerable<string> Keys(YamlNode node) => ((YamlMappingNode)node).Children.Keys.Select(Text);

    [GeneratedRegex(@"\$\{(?<name>[A-Z0-9_]+):\?[^}]+\}")]
    private static partial Regex Variable();
}
