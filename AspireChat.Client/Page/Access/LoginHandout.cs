using System.Text.Json;
using AspireChat.Client.Chat;

namespace AspireChat.Client.Page.Access;

/// <summary>
/// Hands a login to a user who can read this client's data directory, which only its owner can: the client writes its address
/// there, and <c>AspireChat.Client login-link</c> a code, of which the client then finds the digest.
/// </summary>
internal sealed class LoginHandout(DataFile file, TimeProvider time)
{
    private const string AddressFile = "page-address";
    private const string CodeFile = "page-code";

    /// <summary>Writes where this client's page is.</summary>
    public void Publish(Uri address) => Write(file(AddressFile), address.GetLeftPart(UriPartial.Authority));

    /// <summary>Whether a digest is that of the code that was handed out last; it works once.</summary>
    public bool TryUse(byte[] digest)
    {
        var handed = file(CodeFile);
        try
        {
            if (!File.Exists(handed)
                || JsonSerializer.Deserialize<Handout>(File.ReadAllText(handed)) is not { } handout
                || handout.Ends <= time.GetUtcNow()
                || !System.Security.Cryptography.CryptographicOperations.FixedTimeEquals(Convert.FromHexString(handout.Digest), digest))
            {
                return false;
            }

            File.Delete(handed);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or JsonException or FormatException)
        {
            return false;
        }
    }

    /// <summary>Makes a link for the client whose data directory this is.</summary>
    /// <param name="folder">The data directory.</param>
    /// <param name="now">The time.</param>
    /// <returns>The link; null if no client has used that folder yet.</returns>
    public static string? MakeLink(string folder, DateTimeOffset now)
    {
        var address = Path.Combine(folder, AddressFile);
        if (!File.Exists(address))
        {
            return null;
        }

        var (code, digest) = LoginCodes.Draw();
        Write(Path.Combine(folder, CodeFile), JsonSerializer.Serialize(new Handout(Convert.ToHexString(digest), now + LoginCodes.Lifetime)));
        return LoginCodes.Link(new Uri(File.ReadAllText(address)), code);
    }

    // Readable by its owner only, and whole at every moment.
    private static void Write(string file, string text)
    {
        var aside = file + ".new";
        File.Delete(aside);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows())
        {
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        }

        using (var writer = new StreamWriter(aside, options))
        {
            writer.Write(text);
        }

        File.Move(aside, file, overwrite: true);
    }

    private sealed record Handout(string Digest, DateTimeOffset Ends);
}
