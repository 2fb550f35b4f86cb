using AspireChat.AppHost;
using AspireChat.AppHost.Settings;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.AppHost;

public sealed class DataFolderTests : IDisposable
{
    private readonly TempFolder _folder = new("data-folder");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Only_its_owner_can_read_the_folder()
    {
        if (OperatingSystem.IsWindows())
        {
            return; // It has no such modes.
        }

        using var data = DataFolder.Open(_folder.File("data"));
        data.Secret("password");

        const UnixFileMode owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Path));
        Assert.Equal(owner | UnixFileMode.UserExecute, File.GetUnixFileMode(data.Folder("clients", "ann")));
        Assert.Equal(owner, File.GetUnixFileMode(Path.Combine(data.Path, "secrets", "password")));
    }

    [Fact]
    public void A_secret_is_made_once_and_needs_no_escaping()
    {
        string first, other;
        using (var data = DataFolder.Open(_folder.FullName))
        {
            first = data.Secret("first");
            other = data.Secret("other");
        }

        using var again = DataFolder.Open(_folder.FullName);

        Assert.Equal(first, again.Secret("first"));
        Assert.NotEqual(first, other);
        Assert.Equal(32, first.Length);
        Assert.All(first, c => Assert.True(char.IsAsciiLetterOrDigit(c)));
    }

    [Fact]
    public void A_truncated_secret_is_made_again()
    {
        using var data = DataFolder.Open(_folder.FullName);
        File.WriteAllText(Path.Combine(data.Folder("secrets"), "cut"), "");

        Assert.Equal(32, data.Secret("cut").Length);
    }

    [Fact]
    public void A_second_host_is_refused_until_the_first_has_ended()
    {
        using (DataFolder.Open(_folder.FullName))
        {
            var refusal = Assert.Throws<HostException>(() => DataFolder.Open(_folder.FullName));

            Assert.Contains("is already running with the data folder", refusal.Message);
            Assert.Contains(_folder.FullName, refusal.Message);
        }

        DataFolder.Open(_folder.FullName).Dispose();
    }

    [Fact]
    public void A_folder_that_cannot_be_created_is_refused()
    {
        File.WriteAllText(_folder.File("file"), "");

        Assert.Contains("cannot be created", Assert.Throws<HostException>(() => DataFolder.Open(_folder.File("file"))).Message);
        Assert.Contains("cannot be created", Assert.Throws<HostException>(() => DataFolder.Open(_folder.File("file/below"))).Message);
    }

    [Fact]
    public void A_file_instead_of_a_folder_and_the_reverse_are_reported_clearly()
    {
        using var data = DataFolder.Open(_folder.FullName);
        File.WriteAllText(_folder.File("redis"), "");
        Directory.CreateDirectory(Path.Combine(data.Folder("rabbitmq"), "rabbitmq.conf"));

        Assert.Contains("redis cannot be created", Assert.Throws<HostException>(() => data.Folder("redis")).Message);
        Assert.Contains(
            "rabbitmq.conf cannot be written",
            Assert.Throws<HostException>(() => DataFolder.Write(_folder.File("rabbitmq/rabbitmq.conf"), "")).Message);
    }
}
