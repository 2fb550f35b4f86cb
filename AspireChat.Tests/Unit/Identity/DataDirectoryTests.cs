using AspireChat.Client.Faults;
using AspireChat.Client.Identity;
using AspireChat.Tests.Infrastructure;
using Xunit;

namespace AspireChat.Tests.Unit.Identity;

public sealed class DataDirectoryTests : IDisposable
{
    private readonly TempFolder _folder = new("data");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_directory_is_created_for_its_owner_only()
    {
        using var directory = DataDirectory.Open(_folder.File("a/b"));

        Assert.Equal(_folder.File("a/b"), directory.Path);
        Assert.Equal(_folder.File("a/b/file"), directory.File("file"));
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(
                UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
                File.GetUnixFileMode(directory.Path));
        }
    }

    [Fact]
    public void One_client_at_a_time_holds_the_directory()
    {
        using (DataDirectory.Open(_folder.FullName))
        {
            var refusal = Assert.Throws<ClientStartException>(() => DataDirectory.Open(_folder.FullName));
            Assert.Contains(_folder.FullName, refusal.Message, StringComparison.Ordinal);
            Assert.Contains("Chat:DataDirectory", refusal.Message, StringComparison.Ordinal);
        }

        DataDirectory.Open(_folder.FullName).Dispose();
    }

    [Fact]
    public void An_unusable_path_is_refused_with_the_reason()
    {
        File.WriteAllText(_folder.File("file"), "");

        var refusal = Assert.Throws<ClientStartException>(() => DataDirectory.Open(_folder.File("file/below")));
        Assert.Contains("Chat:DataDirectory", refusal.Message, StringComparison.Ordinal);
    }
}
