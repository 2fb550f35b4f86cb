// Usage: dotnet run eng/partial-feed/local-feed.cs -- <aspire-managed> <empty folder>
//
// A partial copy of the public package feed lacks some packages whose official assemblies travel inside `aspire-managed`,
// the program of the Aspire dashboard. This takes them out of that single-file bundle and lays them down as packages under
// their own ids and versions, in the layout of NuGet's package folder ({id}/{version}/…), so that projects can name them as
// if the feed were full. See eng/README.md.

#:property PublishAot=false

using System.Buffers.Binary;
using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Xml.Linq;

const string Grpc = "2.80.0";
const string Protobuf = "3.34.1";
const string OpenTelemetry = "1.15.3";
const string Extensions = "10.0.0";

// The dependencies are those of the official packages for the newest framework they know.
Package[] packages =
[
    new("Google.Protobuf", Protobuf, "BSD-3-Clause"),
    new("Grpc.Core.Api", Grpc, "Apache-2.0"),
    new("Grpc.Net.Common", Grpc, "Apache-2.0", Needs: [new("Grpc.Core.Api", Grpc)]),
    new("Grpc.Net.Client", Grpc, "Apache-2.0",
        Needs: [new("Grpc.Net.Common", Grpc), new("Microsoft.Extensions.Logging.Abstractions", Extensions)]),
    new("Grpc.Net.ClientFactory", Grpc, "Apache-2.0",
        Needs: [new("Grpc.Net.Client", Grpc), new("Microsoft.Extensions.Http", Extensions)]),
    new("Grpc.AspNetCore.Server", Grpc, "Apache-2.0", UsesAspNetCore: true, Needs: [new("Grpc.Net.Common", Grpc)]),
    new("Grpc.AspNetCore.Server.ClientFactory", Grpc, "Apache-2.0", UsesAspNetCore: true,
        Needs: [new("Grpc.AspNetCore.Server", Grpc), new("Grpc.Net.ClientFactory", Grpc)]),

    // Only names the others. "All" hands the code generator on to projects that name Grpc.AspNetCore alone.
    new("Grpc.AspNetCore", Grpc, "Apache-2.0", HasAssembly: false,
        Needs: [new("Google.Protobuf", Protobuf), new("Grpc.AspNetCore.Server.ClientFactory", Grpc), new("Grpc.Tools", "2.85.0", "All")]),

    new("OpenTelemetry.Extensions.Hosting", OpenTelemetry, "Apache-2.0",
        Needs: [new("Microsoft.Extensions.Hosting.Abstractions", Extensions), new("OpenTelemetry", OpenTelemetry)]),
];

if (args is not [var bundlePath, var feedDirectory])
{
    return Fail("Usage: dotnet run eng/partial-feed/local-feed.cs -- <aspire-managed> <empty folder>");
}

try
{
    var bundle = Bundle.Open(bundlePath);
    foreach (var package in packages)
    {
        package.LayDown(bundle, feedDirectory);
    }

    return 0;
}
catch (Exception e) when (e is InvalidDataException or IOException or UnauthorizedAccessException)
{
    return Fail(e.Message);
}

static int Fail(string message)
{
    Console.Error.WriteLine(message);
    return 1;
}

record Dependency(string Id, string Version, string? Include = null);

record Package(
    string Id, string Version, string License, bool UsesAspNetCore = false, bool HasAssembly = true, params Dependency[] Needs)
{
    const string Framework = "net10.0";
    static readonly XNamespace _schema = "http://schemas.microsoft.com/packaging/2013/05/nuspec.xsd";

    public void LayDown(Bundle bundle, string feedDirectory)
    {
        var lowerId = Id.ToLowerInvariant();
        var directory = Directory.CreateDirectory(Path.Combine(feedDirectory, lowerId, Version)).FullName;
        var library = Directory.CreateDirectory(Path.Combine(directory, "lib", Framework)).FullName;

        var nuspec = Nuspec().ToString();
        var content = Encoding.UTF8.GetBytes(nuspec);
        File.WriteAllText(Path.Combine(directory, $"{lowerId}.nuspec"), nuspec);

        if (HasAssembly)
        {
            var assembly = bundle.Read($"{Id}.dll");
            var path = Path.Combine(library, $"{Id}.dll");
            File.WriteAllBytes(path, assembly);

            // "2.80.0+commit": the promise is the official assembly of exactly this version.
            var found = FileVersionInfo.GetVersionInfo(path).ProductVersion?.Split('+')[0];
            if (found != Version)
            {
                throw new InvalidDataException($"The Aspire tools hold {Id} {found}, but this project is written for {Version}.");
            }

            content = [.. content, .. assembly];
        }
        else
        {
            File.WriteAllText(Path.Combine(library, "_._"), "");
        }

        // NuGet takes a package folder as complete when this file is there; the hash only has to tell contents apart.
        var hash = Convert.ToBase64String(SHA512.HashData(content));
        File.WriteAllText(Path.Combine(directory, $"{lowerId}.{Version}.nupkg.sha512"), hash);
        File.WriteAllText(
            Path.Combine(directory, ".nupkg.metadata"),
            $$"""{ "version": 2, "contentHash": {{JsonSerializer.Serialize(hash)}}, "source": "eng/partial-feed/local-feed.cs" }""");
    }

    XElement Nuspec() =>
        new(_schema + "package",
            new XElement(_schema + "metadata",
                new XElement(_schema + "id", Id),
                new XElement(_schema + "version", Version),
                new XElement(_schema + "authors", Id.Split('.')[0]),
                new XElement(_schema + "license", new XAttribute("type", "expression"), License),
                new XElement(_schema + "description", "The official assembly, taken from the Aspire tools by eng/partial-feed/local-feed.cs."),
                new XElement(_schema + "dependencies",
                    new XElement(_schema + "group",
                        new XAttribute("targetFramework", Framework),
                        Needs.Select(need => new XElement(_schema + "dependency",
                            new XAttribute("id", need.Id),
                            new XAttribute("version", need.Version),
                            need.Include is null ? null : new XAttribute("include", need.Include))))),
                UsesAspNetCore
                    ? new XElement(_schema + "frameworkReferences",
                        new XElement(_schema + "group",
                            new XAttribute("targetFramework", Framework),
                            new XElement(_schema + "frameworkReference", new XAttribute("name", "Microsoft.AspNetCore.App"))))
                    : null));
}

/// <summary>A .NET single-file program: the host's executable, the files appended to it, and a manifest of those.</summary>
sealed class Bundle
{
    readonly byte[] _bytes;
    readonly Dictionary<string, (long Offset, long Size, long CompressedSize)> _files = [];

    Bundle(byte[] bytes) => _bytes = bytes;

    public static Bundle Open(string path)
    {
        var bundle = new Bundle(File.ReadAllBytes(path));
        bundle.ReadManifest();
        return bundle;
    }

    public byte[] Read(string name)
    {
        if (!_files.TryGetValue(name, out var file))
        {
            throw new InvalidDataException($"The Aspire tools hold no {name}.");
        }

        if (file.CompressedSize != 0)
        {
            throw new InvalidDataException($"The Aspire tools hold {name} compressed, which this does not know how to read.");
        }

        return _bytes.AsSpan(checked((int)file.Offset), checked((int)file.Size)).ToArray();
    }

    void ReadManifest()
    {
        // The 8 bytes before the signature (the SHA-256 of ".net core bundle\n") are the offset of the manifest.
        var signature = SHA256.HashData(".net core bundle\n"u8);
        var at = _bytes.AsSpan().IndexOf(signature);
        if (at < sizeof(long))
        {
            throw new InvalidDataException("The dashboard's program is not a .NET single-file bundle.");
        }

        var offset = checked((int)BinaryPrimitives.ReadInt64LittleEndian(_bytes.AsSpan(at - sizeof(long))));
        using var reader = new BinaryReader(new MemoryStream(_bytes, offset, _bytes.Length - offset), Encoding.UTF8);

        var majorVersion = reader.ReadUInt32();
        _ = reader.ReadUInt32(); // minor version
        if (majorVersion != 6)
        {
            throw new InvalidDataException($"The dashboard's program is a single-file bundle of the unknown version {majorVersion}.");
        }

        var count = reader.ReadInt32();
        _ = reader.ReadString(); // id of the bundle
        _ = reader.ReadBytes(4 * sizeof(long)); // where deps.json and runtimeconfig.json are
        _ = reader.ReadUInt64(); // flags

        for (var i = 0; i < count; i++)
        {
            var (start, size, compressedSize) = (reader.ReadInt64(), reader.ReadInt64(), reader.ReadInt64());
            _ = reader.ReadByte(); // kind of file
            _files[reader.ReadString()] = (start, size, compressedSize);
        }
    }
}
